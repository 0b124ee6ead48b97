/** A log in memory, for tests of what a start does with entries that have no row. */
import type { Body } from '../../services/audit/entry.ts'
import type { Indexed } from '../../services/audit/writer.ts'
import type { EndingNeeds } from '../../services/node/lost/endings.ts'

export const now = Date.now()
export const alice = { issuer: 'demo', subject: 'alice' }

/** A log with these entries, `ts` a minute ago, and the index of it. */
export function logOf(bodies: readonly Body[], sealed: unknown = null, more: Partial<Indexed> = {}) {
  const ts = new Date(now - 60_000).toISOString()
  const entries: Indexed[] = bodies.map((body, seq) => ({
    ...{ shard: '2026', seq, ts, leaf: '', body, actor: { ...alice, ps: '' } },
    ...{ isSealed: false, numbers: {}, ...more },
  }))
  const appended: Body[] = []
  const audit: EndingNeeds['audit'] = {
    ...{ origin: 'node.test/audit/2026', shards: ['2026'], size: entries.length },
    entry: async (seq) => entries[seq] ?? null,
    unseal: async () => sealed,
    append: async (body) => {
      appended.push(body)
      return {} as never
    },
  }
  const auditIndex: EndingNeeds['auditIndex'] = {
    search: async ({ type }) => ({
      entries: entries
        .filter(({ body }) => body.type === type)
        .map(({ seq, body }) => ({
          ...{ shard: '2026', seq, ts, type: body.type, outcome: 'done', actor: null, leaf: '' },
        })),
    }),
  }
  return { audit, auditIndex, appended }
}
