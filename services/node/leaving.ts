/** How a door lets go of those who keep a connection to it: no call is cut off in the middle, and none meets a reset. */
import type { Server, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface Leaving {
  /** From here on every answer ends its connection, as far as it can still say so. Begun again it changes nothing. */
  begin(): void
  /** Resolves when the calls that were in hand at `begin` have their answers; those that take longer than this are cut off. */
  answered(withinMs: number): Promise<void>
  /** Resolves when this time has gone by since `begin`, at once where it was never begun. */
  lingered(ms: number): Promise<void>
}

export function openLeaving(server: Server): Leaving {
  const inHand = new Set<ServerResponse>()
  let begun: { readonly at: number; readonly before: readonly ServerResponse[] } | undefined
  server.prependListener('request', (_request, response) => {
    if (begun !== undefined) response.shouldKeepAlive = false
    inHand.add(response)
    response.once('close', () => inHand.delete(response))
  })
  return {
    begin() {
      if (begun !== undefined) return
      begun = { at: performance.now(), before: [...inHand] }
      // What is not read to its end would be reset by the end of its connection, and the answer lost.
      for (const response of inHand) if (response.req.complete) response.shouldKeepAlive = false
    },
    async answered(withinMs) {
      const late = new AbortController()
      const over = pause(withinMs, undefined, { signal: late.signal }).catch(() => undefined)
      const before = begun?.before.filter((response) => inHand.has(response)) ?? []
      await Promise.race([Promise.all(before.map(closed)), over])
      late.abort()
      for (const response of before) if (inHand.has(response)) response.destroy()
    },
    async lingered(ms) {
      if (begun !== undefined) await pause(Math.max(0, begun.at + ms - performance.now()))
    },
  }
}

function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => void response.once('close', resolve))
}
