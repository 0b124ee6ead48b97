/** Clients that act without pause through every door, and keep what they were told. Each is one endless round of one kind of act. */
import { randomUUID } from 'node:crypto'
import { path as acts, draft, patientsCsv, visitsCsv } from '../../contract/study.ts'
import { openBrowser } from '../../identity/browser.ts'
import { sha256 } from '../deposit-life.ts'
import type { Caller } from './supervisor.ts'
import type { Told } from './told.ts'

export interface Client {
  readonly call: Caller
  readonly told: Told
  readonly projects: readonly string[]
  readonly random: () => number
  readonly url: string
}

/** One round; throws when the node goes away in the middle. */
export type Round = (client: Client) => Promise<void>

const pick = <T>(list: readonly T[], random: () => number): T => {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

const questions = [
  'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex',
  'SELECT p.sex, sum(v.cost) AS cost FROM visits v JOIN patients p USING (patient_id) GROUP BY p.sex',
  'SELECT count(*) AS n FROM visits a JOIN visits b ON a.patient_id = b.patient_id',
  'SELECT nothing_of_the_kind FROM patients',
]

const query: Round = async ({ call, told, projects, random }) => {
  const project = pick(projects, random)
  const id = randomUUID()
  const { status, json } = await call('POST', `/api/v1/projects/${project}/queries`, {
    as: 'alice',
    body: { sql: pick(questions, random), id },
  })
  if (status === 200) told.answers.push({ id, project, seq: json.receipt.seq })
}

const derive: Round = async ({ call, told, projects, random }) => {
  const project = pick(projects, random)
  const standing = [...told.derived].find(([key, is]) => is === true && key.startsWith(`${project} `))?.[0]
  const isMade = standing === undefined || random() < 0.5
  const key = isMade ? `${project} t${randomUUID().slice(0, 8)}` : standing
  const name = key.split(' ')[1]
  const sql = isMade
    ? `CREATE TABLE ${name} AS SELECT patient_id, count(*) AS visits FROM visits GROUP BY patient_id`
    : `DROP TABLE ${name}`
  told.derived.set(key, 'unknown')
  const { status } = await call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })
  if (status === 200) told.derived.set(key, isMade)
}

const token: Round = async ({ call, told, projects, random }) => {
  const made = await call('POST', '/api/v1/me/tokens', {
    as: 'alice',
    body: { project: pick(projects, random) },
  })
  if (made.status !== 200 && made.status !== 201) return
  const { id } = made.json
  told.tokens.set(id, true)
  if (random() < 0.2) return
  told.tokens.set(id, 'unknown')
  const ended = await call('DELETE', `/api/v1/me/tokens/${id}`, { as: 'alice' })
  if (ended.status < 300) told.tokens.set(id, false)
}

const optOut: Round = async ({ call, told }) => {
  const pseudonyms = [`h1k01_${randomUUID().replaceAll('-', '')}`]
  const { status, json } = await call('POST', '/api/v1/datasets/visits-demo/opt-outs', {
    as: 'rouen',
    body: { pseudonyms },
  })
  if (status === 201) for (const { number } of json.receipts) told.optOuts.add(number)
}

/** From a draft as far as chance goes, one time in eight to the permit. */
const request: Round = async ({ call, told, random }) => {
  const opened = await call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
  if (opened.status !== 201) return
  const { id } = opened.json
  let state = 'draft'
  told.requests.set(id, [state])
  const far = random() < 0.125 ? acts.length : Math.floor(random() * 4)
  for (const [as, act, body, next] of acts.slice(0, far)) {
    told.requests.set(id, [state, next])
    const { status, json } = await call('POST', `/api/v1/habilitations/${id}/${act}`, {
      as,
      body: body ?? {},
    })
    if (status !== 200) return
    state = json.state
    told.requests.set(id, [state])
  }
}

const csv = { 'content-type': 'text/csv; charset=utf-8' }

const deposit: Round = async ({ call, told }) => {
  const opened = await call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
  if (opened.status !== 201) return
  const one = { id: String(opened.json.id), received: new Map<string, string>(), isSubmitted: false }
  told.deposits.push(one)
  const at = `/api/v1/deposits/${one.id}`
  for (const [table, text] of Object.entries({ patients: patientsCsv, visits: visitsCsv })) {
    const put = await call('PUT', `${at}/tables/${table}`, { as: 'rouen', raw: text, headers: csv })
    // What was not taken, as while the database is away, makes it no whole deposit: it is left open.
    if (put.status !== 200) return
    one.received.set(table, sha256(Buffer.from(text)))
  }
  const submitted = await call('POST', `${at}/submit`, { as: 'rouen' })
  one.isSubmitted = submitted.status === 202
  for (let waiting = one.isSubmitted; waiting; ) {
    const { json } = await call('GET', at, { as: 'rouen' })
    if (json.status === 'accepted') Object.assign(one, { version: json.version })
    waiting = json.status === 'checking'
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A sign-in at the demo issuer, and the end of the session, or not. */
const session: Round = async ({ call, told, url, random }) => {
  const browser = openBrowser()
  const away = await browser.get(`${url}/connexion/demo`)
  const page = await browser.follow(await browser.get(away.headers.get('location') ?? url))
  const signed = await browser.follow(await browser.post(page.url, { subject: 'bruno' }))
  const back = await browser.get(signed.headers.get('location') ?? url)
  if (back.status !== 200) return
  const cookie = back.headers.getSetCookie().find((line) => line.startsWith('__Host-huisclos='))
  const headers = { cookie: cookie?.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' }
  const { json } = await call('GET', '/api/v1/me/sessions', { headers })
  const own = json.sessions?.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent)
  if (own === undefined) return
  told.sessions.set(own.id, true)
  if (random() < 0.2) return
  told.sessions.set(own.id, 'unknown')
  const closed = await call('POST', `/api/v1/me/sessions/${own.id}/closure`, { as: 'bruno' })
  if (closed.status === 200) told.sessions.set(own.id, false)
}

const reading: Round = async ({ call, random }) => {
  const path = pick(
    [
      '/api/v1/audit/entries?limit=20',
      '/api/v1/audit/entries?type=query.release&limit=5',
      '/api/v1/datasets?q=visits',
      '/transparence.json',
      '/metrics',
    ],
    random,
  )
  await call('GET', path, { as: 'nadia' })
}

/** Each as often as it runs side by side. */
export const rounds: readonly Round[] = [
  query,
  query,
  query,
  derive,
  token,
  optOut,
  request,
  deposit,
  session,
  reading,
]
