/** A day of a node in a few minutes: what each person does, again and again, through every door there is. */
import { setTimeout as wait } from 'node:timers/promises'
import { draft } from '../../contract/study.ts'
import { type Client, rounds as kept, type Round } from '../kills/clients.ts'

const today = () => new Date().toISOString().slice(0, 10)

const twin: Round = async ({ call }) => {
  const sql = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex'
  await call('POST', '/api/v1/datasets/visits-demo/twin/queries', { as: 'alice', body: { sql } })
}

/** A request that goes no further than its reading. */
const request: Round = async ({ call }) => {
  const opened = await call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
  await call('PATCH', `/api/v1/habilitations/${opened.json.id}`, { as: 'paul', body: { title: 'Again' } })
  await call('POST', `/api/v1/habilitations/${opened.json.id}/submission`, { as: 'paul', body: {} })
  await call('GET', `/api/v1/habilitations/${opened.json.id}`, { as: 'lucie' })
  await wait(500)
}

const formats: Round = async ({ call, projects, random }) => {
  const types = ['text/csv', 'application/vnd.apache.arrow.stream', 'application/vnd.apache.parquet']
  const accept = types[Math.floor(random() * types.length)] ?? ''
  await call('POST', `/api/v1/projects/${projects[0]}/queries`, {
    as: 'alice',
    body: { sql: 'SELECT sex, count(*) AS n FROM patients GROUP BY sex' },
    headers: { accept },
  })
}

const paths: readonly (readonly [string, string])[] = [
  ['nadia', '/api/v1/audit/entries?outcome=refused&limit=50'],
  ['nadia', '/api/v1/audit/entries?actor=alice&limit=50'],
  ['nadia', '/api/v1/audit/export?format=csv'],
  ['nadia', '/api/v1/audit/statistics'],
  ['nadia', `/api/v1/reviews?month=${today().slice(0, 7)}`],
  ['nadia', `/api/v1/reports/cnil?from=${today()}&until=${today()}`],
  ['alice', '/api/v1/datasets?q=visits'],
  ['alice', '/api/v1/datasets/visits-demo'],
  ['alice', '/api/v1/projects'],
  ['lucie', '/api/v1/habilitations'],
  ['karim', '/metrics'],
  ['karim', '/catalog.ttl'],
  ['karim', '/transparence'],
  ['karim', '/'],
]

const pages: Round = async ({ call, random }) => {
  const [as, path] = paths[Math.floor(random() * paths.length)] ?? ['karim', '/']
  await call('GET', path, { as })
}

const doors: readonly Round[] = [
  ...kept.filter(({ name }) => name !== 'request'),
  twin,
  request,
  formats,
  pages,
]

/** All of them side by side until `isOver`; a deposit takes a rest, for a check is a second of work. */
export async function liveOn(client: Client, isOver: () => boolean): Promise<void> {
  await Promise.all(
    doors.map(async (round) => {
      while (!isOver()) {
        await round(client)
        await wait(round.name === 'deposit' ? 3000 : 20)
      }
    }),
  )
}
