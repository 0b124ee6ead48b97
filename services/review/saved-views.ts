/** Searches of the log that a DPO keeps under a name, hers alone; the only file that names their table. */
import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'

const word = z.string().min(1).max(200).exactOptional()

/** What a page of the log is searched for; days are those of Paris, both included. */
export const viewFilter = z.strictObject({
  ...{ project: word, actor: word, dataset: word, type: word, outcome: word, code: word },
  from: z.iso.date().exactOptional(),
  to: z.iso.date().exactOptional(),
})
type ViewFilter = z.infer<typeof viewFilter>

interface SavedView {
  readonly name: string
  readonly filter: ViewFilter
}

/** Far more than somebody looks through. */
export const mostViews = 50

export interface SavedViews {
  /** By name. */
  list(of: Actor): Promise<readonly SavedView[]>
  /** Keeps one; the one of the same name is replaced. Refusal QUOTA_EXCEEDED. */
  save(of: Actor, view: SavedView): Promise<void>
  /** Refusal NOT_FOUND. */
  remove(of: Actor, name: string): Promise<void>
}

export function openSavedViews({ db }: Pick<Store, 'db'>, clock: Clock): SavedViews {
  const list: SavedViews['list'] = async ({ issuer, subject }) => {
    const rows = await db
      .selectFrom('review_saved_view')
      .select(['name', 'filter'])
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .orderBy('name')
      .execute()
    return rows.map(({ name, filter }) => ({ name, filter: viewFilter.parse(filter) }))
  }
  return {
    list,
    async save({ issuer, subject }, { name, filter }) {
      const kept = (await list({ issuer, subject })).filter((one) => one.name !== name)
      if (kept.length >= mostViews) throw new Refusal('QUOTA_EXCEEDED', { rule: 'views.count' })
      const changing = { filter: JSON.stringify(filter), saved_ms: clock.now() }
      await db
        .insertInto('review_saved_view')
        .values({ issuer, subject, name, ...changing })
        .onConflict((conflict) => conflict.columns(['issuer', 'subject', 'name']).doUpdateSet(changing))
        .execute()
    },
    async remove({ issuer, subject }, name) {
      const { numDeletedRows } = await db
        .deleteFrom('review_saved_view')
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) throw new Refusal('NOT_FOUND', { rule: 'views.name' })
    },
  }
}
