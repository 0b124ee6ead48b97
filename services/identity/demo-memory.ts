/** What the demo issuer remembers between two steps of a sign-in: in memory, gone with the process. */
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { Clock } from '../kernel/clock.ts'

interface Kept {
  readonly payload: AdapterPayload
  readonly until: number
}

/** Of each kind. Beyond it the oldest go: nobody can fill the memory by beginning sign-ins. */
const limit = 250

/** One memory per kind of thing (session, code, grant …), asked for by the provider. */
export function openDemoMemory(clock: Clock): AdapterFactory {
  const memories = new Map<string, Adapter>()
  return (kind) => {
    const memory = memories.get(kind) ?? openMemory(clock)
    memories.set(kind, memory)
    return memory
  }
}

function openMemory(clock: Clock): Adapter {
  const kept = new Map<string, Kept>()

  function tidy(): void {
    for (const [id, { until }] of kept) {
      if (until <= clock.now() || kept.size > limit) kept.delete(id)
    }
  }

  function get(id: string): AdapterPayload | undefined {
    const found = kept.get(id)
    return found !== undefined && found.until > clock.now() ? found.payload : undefined
  }

  function findBy(member: 'uid' | 'userCode', value: string): AdapterPayload | undefined {
    for (const [id, { payload }] of kept) if (payload[member] === value) return get(id)
    return undefined
  }

  return {
    async upsert(id, payload, expiresIn) {
      // Behind the others again: the order is that of writing.
      kept.delete(id)
      kept.set(id, { payload, until: clock.now() + (expiresIn ?? Infinity) * 1_000 })
      tidy()
    },
    find: async (id) => get(id),
    findByUid: async (uid) => findBy('uid', uid),
    findByUserCode: async (userCode) => findBy('userCode', userCode),
    async consume(id) {
      const payload = get(id)
      if (payload !== undefined) payload.consumed = Math.floor(clock.now() / 1_000)
    },
    async destroy(id) {
      kept.delete(id)
    },
    async revokeByGrantId(grantId) {
      for (const [id, { payload }] of kept) if (payload.grantId === grantId) kept.delete(id)
    },
  }
}
