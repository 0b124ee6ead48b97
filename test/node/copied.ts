/** Whole nodes on copies of homes and databases: what a backup, a restoration or an old copy makes of them. */
import { randomUUID } from 'node:crypto'
import { cp } from 'node:fs/promises'
import type { Settings } from '../../services/config.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import type { Node } from '../../services/node.ts'
import { openNode } from '../../services/node.ts'
import { administer, type TestDatabase } from '../house.ts'

/** A database without any table, on the one PostgreSQL of the run. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const server = process.env.HUISCLOS_TEST_DATABASE ?? ''
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, close: () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`) }
}

export interface Place {
  readonly home: string
  readonly databaseUrl: string
}

export interface OpenedNode {
  readonly node: Node
  call(method: string, path: string, call?: { as?: string; body?: unknown }): Promise<Answered>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
type Answered = { readonly status: number; readonly json: any }

/** A demo node on a home and a database that are there already, or made by it. */
export async function openAt(place: Place, changes: Partial<Settings> = {}): Promise<OpenedNode> {
  const settings: Settings = {
    ...place,
    port: 0,
    wirePort: 0,
    mode: { kind: 'demo', demo: 'full' },
    ...changes,
  }
  const node = await openNode({
    settings,
    clock: systemClock,
    log: silentLog,
    print: () => {},
    durable: false,
  })
  return {
    node,
    async call(method, path, { as = 'alice', body } = {}) {
      const token = await mintDemoToken({ home: place.home, subject: as, clock: systemClock })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(node.url + path, { method, headers, ...sent })
      return { status: response.status, json: await response.json() }
    },
    close: () => node.close(),
  }
}

const question = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'

/** What alice is answered about her project: the rows, or the code of the refusal. */
export async function answerOf({ call, node: { project } }: OpenedNode): Promise<unknown> {
  const { status, json } = await call('POST', `/api/v1/projects/${project}/queries`, {
    body: { sql: question },
  })
  return status === 200 ? json.rows : json.code
}

export const copyHome = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true })
