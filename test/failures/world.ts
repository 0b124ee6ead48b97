/** A full demo node under a supervisor, as a test of failures meets it: it is asked, it may end, and it is started again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '../../services/config.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { type Clock, systemClock } from '../../services/kernel/clock.ts'
import type { Closable } from '../../services/kernel/id.ts'
import type { Log } from '../../services/kernel/log.ts'
import { type Node, type NodeOptions, openNode } from '../../services/node.ts'

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
  readonly json: any
}

export interface World extends Closable {
  readonly home: string
  /** What the operations log was told, one line each. */
  readonly told: readonly string[]
  /** Statuses with which the node asked to be ended, in this order. */
  readonly exits: number[]
  readonly node: Node
  call(
    method: string,
    path: string,
    call?: { readonly as?: string; readonly body?: unknown },
  ): Promise<Answer>
  /** A question of alice to the project of the demo. */
  ask(sql?: string): Promise<Answer>
  /** Closes the node and opens it again on the same home, as its supervisor does; from then on with these changes too. */
  restart(changes?: Partial<Settings>): Promise<void>
  /** The first status with which the node asks to be ended, since the list of them was emptied. */
  exit(): Promise<number>
}

export interface WorldOptions extends Pick<NodeOptions, 'storage' | 'policies' | 'clearArea'> {
  readonly databaseUrl: string
  readonly clock?: Clock
  /** Of those who ask, where it is not that of the node. */
  readonly callers?: Clock
  readonly settings?: Partial<Settings>
}

const everyMs = 20

export async function openWorld(options: WorldOptions): Promise<World> {
  const { databaseUrl, clock = systemClock, callers = clock, storage, policies, clearArea } = options
  const home = await mkdtemp(join(tmpdir(), 'huisclos-failures-'))
  const told: string[] = []
  const exits: number[] = []
  const tell = (line: string, facts: object = {}) => void told.push(`${line} ${JSON.stringify(facts)}`)
  const log: Log = { info: () => {}, warn: tell, error: tell }
  let settings: Settings = {
    ...{ home, port: 0, wirePort: 0, databaseUrl },
    mode: { kind: 'demo', demo: 'full' },
    ...options.settings,
  }
  const open = () => {
    const onFatal = (code: number) => void exits.push(code)
    const given = {
      ...(storage && { storage }),
      ...(policies !== undefined && { policies }),
      ...(clearArea && { clearArea }),
    }
    return openNode({ settings, clock, log, print: () => {}, onFatal, durable: false, ...given })
  }
  let node = await open().catch(async (error: unknown) => {
    await rm(home, { recursive: true, force: true })
    throw error
  })
  let project = node.project
  const world: World = {
    ...{ home, told, exits },
    get node() {
      return node
    },
    async call(method, path, { as, body } = {}) {
      const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' })
      if (as !== undefined)
        headers.set('authorization', `Bearer ${await mintDemoToken({ home, subject: as, clock: callers })}`)
      const sent = { method, headers, body: body === undefined ? null : JSON.stringify(body) }
      const response = await fetch(node.url + path, sent)
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, json: isJson ? await response.json() : await response.text() }
    },
    ask: (sql = 'SELECT count(*) AS n FROM patients') =>
      world.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } }),
    async restart(changes = {}) {
      settings = { ...settings, ...changes }
      await node.close()
      node = await open()
      project = node.project
    },
    async exit() {
      let [first] = exits
      for (; first === undefined; [first] = exits) await pause(everyMs)
      return first
    },
    async close() {
      await node.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return world
}
