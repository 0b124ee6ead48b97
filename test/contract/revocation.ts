/**
 * From a revocation, or the closure of a session, to the end of all that runs, as an outsider measures it: endless three-way joins of one project, most of them
 * waiting for their turn, and new questions that come meanwhile.
 */
import { randomUUID } from 'node:crypto'
import { draft, path, settled } from './study.ts'
import { type Answer, type System as Outside, until } from './system.ts'

type System = Pick<Outside, 'call'>

/** What ends the queries of alice, and how she asks until then. */
export interface Stop {
  /** How her calls say who she is. */
  readonly asker: Pick<NonNullable<Parameters<System['call']>[2]>, 'as' | 'headers'>
  /** What all of them are answered from then on. */
  readonly word: string
  begin(): Promise<Answer>
  /** Another round may follow. */
  undo(): Promise<unknown>
}

interface Round {
  /** ms from the sending of the call: until it is answered, until a new question is refused, until each running one has ended. */
  readonly answered: number
  readonly refused: number
  readonly ended: readonly number[]
  /** Answers to all these questions that are not those of the stop. */
  readonly others: readonly string[]
  /** Of the queries that ran, those that their own list says were cut. */
  readonly aborted: number
}

const field = (name: string, type: string, more: object = {}) => ({ name, type, ...more })
const descriptor = {
  name: 'long-demo',
  kind: 'personal',
  holder: 'chu-rouen',
  domain: 'patients-normandie',
  resources: [
    {
      name: 'visits',
      schema: { fields: [field('patient_id', 'string', { role: 'unit' }), field('day', 'integer')] },
    },
  ],
}
/** Sixty persons with a thousand visits each: three times joined, sixty thousand million rows. */
const csv = [
  'patient_id;day',
  ...Array.from({ length: 60_000 }, (_, i) => `P${i % 60};${Math.floor(i / 60)}`),
].join('\n')
const endless =
  'SELECT count(*) AS n FROM visits a JOIN visits b ON a.patient_id = b.patient_id JOIN visits c ON a.patient_id = c.patient_id'
const short = 'SELECT count(*) AS n FROM visits WHERE day < 100'

interface Study {
  readonly habilitation: string
  readonly project: string
}

/** Deposits the visits, and grants them to alice. */
export async function study(system: System): Promise<Study> {
  await system.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
  const { json } = await system.call('POST', '/api/v1/datasets/long-demo/deposits', { as: 'rouen' })
  const at = `/api/v1/deposits/${json.id}`
  const headers = { 'content-type': 'text/csv; charset=utf-8' }
  await system.call('PUT', `${at}/tables/visits`, { as: 'rouen', raw: csv, headers })
  await system.call('POST', `${at}/submit`, { as: 'rouen' })
  await settled(system, json.id)
  const line = { dataset: 'long-demo', justification: 'x', tables: { visits: { columns: '*' } } }
  const opened = await system.call('POST', '/api/v1/habilitations', {
    as: 'paul',
    body: { ...draft, lines: [line] },
  })
  const habilitation = opened.json.id
  let last = opened
  for (const [as, call, body] of path) {
    const about = call === 'countersignatures' ? { ...body, dataset: 'long-demo' } : (body ?? {})
    last = await act(system, habilitation, [as, call, about])
  }
  const project = String(last.json.projectId)
  await until(
    () => system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' }),
    (answer) => answer.json?.bulle?.status === 'ready',
  )
  return { habilitation, project }
}

function act(system: System, habilitation: string, [as, call, body]: readonly [string, string, object]) {
  return system.call('POST', `/api/v1/habilitations/${habilitation}/${call}`, { as, body })
}

const wordOf = ({ status, json }: Answer) => `${status} ${json?.code ?? ''}`

/** One revocation while so many queries run; it is dismissed again, so that another round may follow. */
export function round(system: System, { habilitation, project }: Study, queries: number): Promise<Round> {
  const stop: Stop = {
    asker: { as: 'alice' },
    word: '403 REVOKED',
    begin: () => act(system, habilitation, ['claire', 'revocation', { reason: 'A breach.' }]),
    async undo() {
      for (const who of ['claire', 'yves'])
        await act(system, habilitation, [who, 'dismissal', { reasons: 'An error.' }])
    },
  }
  return stopped(system, stop, { project, queries })
}

/** One stop while so many queries run. */
export async function stopped(
  system: System,
  stop: Stop,
  { project, queries }: { readonly project: string; readonly queries: number },
): Promise<Round> {
  const at = `/api/v1/projects/${project}/queries`
  const ask = (sql: string, id: string = randomUUID()) =>
    system.call('POST', at, { ...stop.asker, body: { sql, id } })
  const ids: readonly string[] = Array.from({ length: queries }, () => randomUUID())
  const outcomes = async () => {
    const { json } = await system.call('GET', at, { as: 'alice' })
    return json.queries.filter(({ id }: { id: string }) => ids.includes(id))
  }
  let begun = 0
  const since = () => performance.now() - begun
  const running = ids.map(async (id) => ({ word: wordOf(await ask(endless, id)), ms: since() }))
  await reached(system, { project, queries })
  begun = performance.now()
  const answer = stop.begin().then(({ status }) => ({ status, ms: since() }))
  const fresh = await firstRefused(() => ask(short))
  const refused = since()
  const [answered, ended] = await Promise.all([answer, Promise.all(running)])
  const cut = (await outcomes()).filter(({ outcome }: { outcome: string }) => outcome === 'aborted')
  await stop.undo()
  const words = [fresh, ...ended.map(({ word }) => word)]
  return {
    answered: answered.ms,
    refused,
    ended: ended.map(({ ms }) => ms),
    others: words.filter((word) => word !== stop.word),
    aborted: cut.length,
  }
}

/** Asks again and again, each time anew, until one question is not answered. */
async function firstRefused(ask: () => Promise<Answer>): Promise<string> {
  const words: string[] = []
  const deadline = performance.now() + 30_000
  while (words.length === 0 && performance.now() < deadline) {
    void ask().then((answer) => words.push(wordOf(answer)))
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return words[0] ?? 'no answer'
}

/** Resolves when every query is in the list of its person, and half a second later: all wait for the engine by then. */
async function reached(system: System, { project, queries }: { project: string; queries: number }) {
  const open = async () => {
    const { json } = await system.call('GET', `/api/v1/projects/${project}/queries`, { as: 'alice' })
    return json.queries.filter(({ outcome }: { outcome: string }) => outcome === 'running').length
  }
  const deadline = Date.now() + 60_000
  while ((await open()) < queries) {
    if (Date.now() > deadline) throw new Error('the queries do not run')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
}
