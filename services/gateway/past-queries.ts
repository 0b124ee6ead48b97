/** The queries of a project as the log tells of them: found by the index, read from the log. */
import type { PastQuery } from '../habilitation/recheck.ts'
import type { House } from './house.ts'

const pageSize = 1000

/** Everything that was allowed to run on a project, the newest first. */
export function pastQueries({ audit, auditIndex }: Pick<House, 'audit' | 'auditIndex'>) {
  return async (project: string): Promise<readonly PastQuery[]> => {
    const found: PastQuery[] = []
    let cursor: string | undefined
    do {
      const filter = { project, type: 'query.intent', limit: pageSize }
      const page = await auditIndex.search(cursor === undefined ? filter : { ...filter, cursor })
      for (const { shard, seq } of page.entries) {
        const entry = await audit.entry(seq, shard)
        if (entry?.body.type !== 'query.intent') continue
        const { query, purpose, objective, datasets } = entry.body
        found.push({ shard, seq, at: entry.ts, query, purpose, objective, datasets })
      }
      cursor = page.next
    } while (cursor !== undefined)
    return found
  }
}
