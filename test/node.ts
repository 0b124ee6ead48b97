/** A whole node in this process: real engine, real log, a database of its own, a home that is removed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../services/config.ts'
import { mintDemoToken } from '../services/identity/demo-keys.ts'
import { systemClock } from '../services/kernel/clock.ts'
import { silentLog } from '../services/kernel/log.ts'
import { type Node, type NodeOptions, openNode } from '../services/node.ts'
import { openDatabase } from './house.ts'

export interface TestNode {
  readonly home: string
  readonly url: string
  /** What the doors hold, for what no call can bring about. */
  readonly house: Node['house']
  call(
    method: string,
    path: string,
    call?: { as?: string; body?: unknown; headers?: Record<string, string> },
    // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
  ): Promise<{ readonly status: number; readonly json: any }>
  close(): Promise<void>
}

/** `changes` are those of the settings. */
export async function openTestNode(
  changes: Partial<Settings> = {},
  options: Pick<NodeOptions, 'sandbox'> = {},
): Promise<TestNode> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-node-'))
  const database = await openDatabase()
  const settings = {
    home,
    port: 0,
    wirePort: 0,
    databaseUrl: database.url,
    mode: { kind: 'demo', demo: 'empty' },
    ...changes,
  } as const
  const fixed = { clock: systemClock, log: silentLog, print: () => {}, lingerMs: 0 }
  const node = await openNode({ settings, ...fixed, ...options })
  const tokens = new Map<string, string>()
  return {
    home,
    url: node.url,
    house: node.house,
    async call(method, path, { as, body, headers: given = {} } = {}) {
      const headers = new Headers(given)
      if (as !== undefined) {
        const token = tokens.get(as) ?? (await mintDemoToken({ home, subject: as, clock: systemClock }))
        tokens.set(as, token)
        headers.set('authorization', `Bearer ${token}`)
      }
      if (body !== undefined) headers.set('content-type', 'application/json')
      const text = body === undefined ? null : JSON.stringify(body)
      const response = await fetch(node.url + path, { method, headers, body: text })
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, json: isJson ? await response.json() : await response.text() }
    },
    async close() {
      await node.close()
      await database.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
