/** A node of this process as an outsider calls it, with bodies of any kind. */
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { type System, send } from '../contract/system.ts'
import type { TestNode } from '../node.ts'

export function outsideOf({ home, url }: Pick<TestNode, 'home' | 'url'>): Pick<System, 'call'> {
  return {
    async call(method, path, call = {}) {
      const headers = new Headers(call.headers)
      if (call.as !== undefined)
        headers.set(
          'authorization',
          `Bearer ${await mintDemoToken({ home, subject: call.as, clock: systemClock })}`,
        )
      return send(url + path, method, { ...call, headers })
    },
  }
}
