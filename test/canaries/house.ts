/** A whole node as a process, driven through success, refusal, failure and the death of workers, with canaries in all that is sent. */
import { readdir, readFile } from 'node:fs/promises'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock as clock } from '../../services/kernel/clock.ts'
import { hasCode } from '../../services/kernel/system-error.ts'
import { descriptor, draft, grant, patientsCsv, settled, visitsCsv } from '../contract/study.ts'
import type { Answer, System } from '../contract/system.ts'
import { pdf } from '../habilitation/documents.ts'
import { textOf } from './canaries.ts'

export interface Driven {
  readonly call: System['call']
  readonly project: string
  /** Every answer, with the call that it answers. */
  readonly answers: { readonly call: string; readonly answer: Answer }[]
  /** Codes of what was asked, in order. */
  readonly codes: readonly string[]
  /** What proves the tokens that persons came with. */
  readonly signatures: readonly string[]
}

const csv = { 'content-type': 'text/csv; charset=utf-8' }

/** What every call carries. */
const carried = {
  cookie: `session=${textOf('cookie')}`,
  'user-agent': textOf('agent'),
  referer: `http://127.0.0.1/${textOf('agent')}`,
  'x-forwarded-for': textOf('agent'),
  traceparent: `00-${textOf('agent')}-01`,
}

export async function drive(system: System): Promise<Driven> {
  const answers: Driven['answers'] = []
  const tokens = new Map<string, string>()
  const call: System['call'] = async (method, path, { as, ...options } = {}) => {
    // One token per person, without a process for each.
    const token = as && (tokens.get(as) ?? (await mintDemoToken({ home: system.home, subject: as, clock })))
    if (as && token) tokens.set(as, token)
    const headers = { ...carried, ...(token && { authorization: `Bearer ${token}` }), ...options.headers }
    const answer = await system.call(method, path, { ...options, headers })
    answers.push({ call: `${method} ${path}`, answer })
    return answer
  }
  const calling = { ...system, call }
  await deposits(calling)
  const { project } = await grant(calling)
  await dossier(calling)
  const codes = [...(await questions(calling, project)), ...(await deaths(calling, project))]
  await nonsense(calling)
  const signatures = [...tokens.values()].map((token) => token.slice(token.lastIndexOf('.') + 1))
  return { call, project, answers, codes, signatures }
}

const [patients, ...visits] = descriptor.resources
const column = { name: textOf('column'), type: 'string' }
const planted = {
  ...descriptor,
  resources: [
    { ...patients, schema: { ...patients?.schema, fields: [...(patients?.schema.fields ?? []), column] } },
    ...visits,
  ],
}

/** One that is accepted, with a rare value and a pseudonym; one that is not, with what does not belong. */
async function deposits({ call, ...system }: System): Promise<void> {
  await call('POST', '/api/v1/datasets', { as: 'rouen', body: planted })
  const widened = patientsCsv
    .split('\n')
    .map((line, at) => `${line};${at === 0 ? textOf('column') : at === 1 ? textOf('row') : 'usual'}`)
    .join('\n')
    .replaceAll('P7;', `${textOf('unit')};`)
  const own = visitsCsv.replaceAll('P7;', `${textOf('unit')};`)
  const send = async (first: string) => {
    const { json } = await call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
    const at = `/api/v1/deposits/${json.id}`
    await call('PUT', `${at}/tables/patients`, { as: 'rouen', raw: first, headers: csv })
    await call('PUT', `${at}/tables/visits`, { as: 'rouen', raw: own, headers: csv })
    await call('GET', `${at}/tables/patients/preview`, { as: 'rouen' })
    await call('POST', `${at}/submit`, { as: 'rouen' })
    const ended = await settled({ ...system, call }, json.id)
    await call('GET', `${at}/findings.csv`, { as: 'rouen' })
    return ended
  }
  const accepted = await send(widened)
  if (accepted.json.status !== 'accepted') throw new Error(JSON.stringify(accepted.json.findings))
  const refused = await send(
    widened.replace(';usual', `;usual;${textOf('bad')}`).replace(';40;', `;${textOf('bad')};`),
  )
  await send(widened.replace('patient_id;sex', `patient_id;${textOf('header')}`))
  if (refused.json.status === 'accepted') throw new Error('the bad deposit was taken')
}

/** A draft with a comment and a document, and what is refused of each. */
async function dossier({ call }: System): Promise<void> {
  const persons = [...draft.persons, { issuer: 'demo', subject: textOf('person'), profile: 'analyst' }]
  const body = { ...draft, title: `About ${textOf('title')}`, persons }
  const { json } = await call('POST', '/api/v1/habilitations', { as: 'paul', body })
  const at = `/api/v1/habilitations/${json.id}`
  for (const [name, raw, type] of [
    [`${textOf('attachment')}.pdf`, pdf(`/Title (${textOf('document')})`), 'application/pdf'],
    [`${textOf('attachment')}-2.pdf`, Buffer.from(textOf('document')), 'application/pdf'],
    [`${textOf('attachment')}.exe`, Buffer.from(textOf('document')), 'application/x-msdownload'],
  ] as const)
    await call('POST', `${at}/attachments?name=${name}`, {
      as: 'paul',
      raw,
      headers: { 'content-type': type },
    })
  await call('POST', `${at}/submission`, { as: 'paul', body: { why: textOf('body') } })
  await call('POST', `${at}/submission`, { as: 'paul', body: {} })
  for (const as of ['lucie', 'alice'])
    await call('POST', `${at}/comments`, { as, body: { field: 'aim', text: textOf('comment') } })
}

const [literal, remark, alias, cast] = (['literal', 'remark', 'alias', 'cast'] as const).map(textOf)

/** Answered, refused at each stage, and failed in the engine. */
const statements: readonly string[] = [
  `SELECT sex AS ${alias}, count(*) AS n FROM patients WHERE ${textOf('column')} <> '${literal}' GROUP BY sex -- ${remark}`,
  `SELECT ${textOf('column')}, count(*) AS n FROM patients GROUP BY 1 /* ${remark} */`,
  `SELECT FROM WHERE '${literal}' -- ${remark}`,
  `SELECT '${literal}`,
  `SELECT ${alias} FROM patients WHERE sex = '${literal}'`,
  `SELECT count(*) FROM ${alias} -- ${remark}`,
  `SELECT ${alias}('${literal}') FROM patients`,
  `SELECT patient_id AS ${alias} FROM patients WHERE patient_id = '${textOf('unit')}'`,
  `SELECT count(*) FROM patients WHERE age = '${cast}'`,
  `SELECT sum(CAST('${cast}' AS INTEGER)) FROM patients`,
  `SELECT sum(CAST(sex || '${cast}' AS INTEGER)) FROM patients`,
  `SELECT count(*) FROM patients WHERE CAST(${textOf('column')} AS DATE) > DATE '2020-01-01'`,
  // The engine itself fails on this one, and says the pattern.
  `SELECT count(*) AS n FROM patients WHERE regexp_replace(sex, '(${cast}', '${literal}') = 'F'`,
  `SELECT count(*) FROM read_csv('/${literal}')`,
  `COPY patients TO '/tmp/${literal}'`,
  `CREATE TABLE ${alias} AS SELECT sex, count(*) AS n FROM patients WHERE sex <> '${literal}' GROUP BY sex`,
]

const codeOf = ({ json, status }: Answer): string => json?.code ?? String(status)

async function questions({ call }: System, project: string): Promise<string[]> {
  const at = `/api/v1/projects/${project}/queries`
  const codes: string[] = []
  for (const sql of statements) {
    codes.push(codeOf(await call('POST', at, { as: 'alice', body: { sql } })))
    await call('POST', `${at}/check`, { as: 'alice', body: { sql } })
  }
  const sql = 'SELECT count(*) AS n FROM patients WHERE sex = ?'
  const parameters = [textOf('parameter')]
  codes.push(codeOf(await call('POST', at, { as: 'alice', body: { sql, parameters } })))
  const purpose = textOf('purpose')
  codes.push(codeOf(await call('POST', at, { as: 'alice', body: { sql, parameters, purpose } })))
  codes.push(
    codeOf(await call('POST', at, { as: 'bruno', body: { sql: `${sql} -- ${remark}`, parameters } })),
  )
  return codes
}

/** Workers are killed in the middle of questions, each time a little later, until one has died with one. */
async function deaths({ call, child }: System, project: string): Promise<string[]> {
  const sql = `SELECT count(*) AS n FROM visits a JOIN visits b USING (patient_id) WHERE a.cost <> 7.25 -- ${remark} ${literal}`
  const ask = () => call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })
  for (let times = 1; times <= 20; times += 1) {
    // How long it takes on this machine now: what is the middle of it on one is long before the engine on another.
    const begun = performance.now()
    await ask()
    const whole = performance.now() - begun
    const workers = await workersOf(child.pid ?? 0)
    const asked = ask()
    await new Promise((resolve) => setTimeout(resolve, (whole * times) / 21))
    for (const pid of workers) kill(pid)
    const code = codeOf(await asked)
    if (code !== '200') return [code]
  }
  return []
}

/** One may have ended by itself since it was seen. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/** Processes below this one that touch rows; PostgreSQL is none of them. */
async function workersOf(parent: number): Promise<readonly number[]> {
  const all = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
        const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return { pid: Number(pid), ppid, isWorker: /worker/.test(command) && !/postgres/.test(command) }
      }),
  )
  const below = (pid: number): readonly number[] =>
    all
      .filter(({ ppid }) => ppid === pid)
      .flatMap((one) => [...below(one.pid), ...(one.isWorker ? [one.pid] : [])])
  return below(parent)
}

/** What a stranger or a careless client sends. */
async function nonsense({ call }: System): Promise<void> {
  const bearer = { authorization: `Bearer ${textOf('token')}` }
  await call('GET', '/api/v1/me', { headers: bearer })
  await call('GET', '/api/v1/me', { headers: { authorization: `Bearer a.${textOf('token')}.c` } })
  await call('GET', `/api/v1/me?access_token=${textOf('search')}`)
  await call('GET', `/api/v1/${textOf('path')}?q=${textOf('search')}`, { as: 'alice' })
  await call('GET', `/${textOf('path')}/%E0%A4%A`)
  await call('GET', `/api/v1/projects/${textOf('path')}`, { as: 'alice' })
  await call('GET', `/api/v1/datasets?${textOf('member')}=${textOf('search')}`, { as: 'alice' })
  await call('DELETE', `/api/v1/datasets/${textOf('path')}`, { as: 'alice' })
  const json = { 'content-type': 'application/json' }
  const at = '/api/v1/habilitations'
  await call('POST', at, { as: 'paul', raw: `{"title": ${textOf('body')}`, headers: json })
  await call('POST', at, { as: 'paul', body: { title: { of: textOf('body') }, kind: textOf('body') } })
  await call('POST', at, { as: 'paul', raw: textOf('body'), headers: { 'content-type': textOf('body') } })
}
