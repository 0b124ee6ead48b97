/** A whole node in this process, on its own embedded database: what a trial needs that opens sessions itself. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock as clock } from '../../services/kernel/clock.ts'
import { silentLog as log } from '../../services/kernel/log.ts'
import { type Node, openNode } from '../../services/node.ts'
import { freePort, type System, send } from '../contract/system.ts'

export async function openSystem(): Promise<
  Pick<System, 'call'> & { readonly house: Node['house']; close(): Promise<void> }
> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-trial-'))
  const mode = { kind: 'demo', demo: 'empty' } as const
  const settings = { home, port: await freePort(), wirePort: 0, mode }
  const node = await openNode({ settings, clock, log, print: () => {}, durable: false })
  return {
    house: node.house,
    async call(method, path, call = {}) {
      const headers = new Headers(call.headers)
      if (call.as !== undefined)
        headers.set('authorization', `Bearer ${await mintDemoToken({ home, subject: call.as, clock })}`)
      return send(node.url + path, method, { ...call, headers })
    },
    async close() {
      await node.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A session, and the headers of a page that has it. */
export async function signedIn({ sessions }: Pick<Node['house'], 'sessions'>, subject: string) {
  const proved = { level: 2, methods: ['pwd', 'mfa'], authenticatedAt: clock.now() } as const
  const { id, cookie } = await sessions.open({ issuer: 'demo', subject, ...proved })
  const headers = {
    cookie: `__Host-huisclos=${cookie}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
  }
  return { id, headers }
}
