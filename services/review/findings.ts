/** The inbox in PostgreSQL; the only file that names its table. What it holds is raised and closed by entries of the log. */
import { z } from 'zod'
import { type DetectorName, detectorFamilies } from '../habilitation/thresholds.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Database, Store } from '../store/store.ts'
import type { Finding } from './detectors.ts'
import type { EntryPlace } from './entry.ts'

export const conclusions = ['explained', 'corrected', 'incident', 'mistaken'] as const
export type Conclusion = (typeof conclusions)[number]

export interface Closing {
  readonly conclusion: Conclusion
  /** Instant in ms, and the subject who closed it; null when the person is no longer known. */
  readonly at: number
  readonly by: string | null
}

/** One finding with its places in the log. */
export interface KeptFinding extends Omit<Finding, 'entries'> {
  readonly entries: readonly EntryPlace[]
  /** Instant in ms. */
  readonly foundAt: number
  readonly closed: Closing | null
}

export interface Findings {
  /**
   * Keeps a finding. A new one is kept when `raise` has resolved, and called once whoever finds it at the same time; one that is
   * known and open gets its new count and state; a closed one stays as it is.
   */
  keep(finding: KeptFinding, raise: () => Promise<void>): Promise<void>
  /** In the order of their ids. */
  ofMonth(month: string): Promise<readonly KeptFinding[]>
  /** Closes one, when `record` has resolved. Refusals: NOT_FOUND, and CONFLICT when it is closed. */
  close(id: string, record: (finding: KeptFinding) => Promise<Closing>): Promise<KeptFinding>
}

export function openFindings({ db }: Pick<Store, 'db'>): Findings {
  return {
    keep: (finding, raise) =>
      db.transaction().execute(async (trx) => {
        // A second one of the same id waits here for the end of the first.
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('review_finding')
          .values(rowOf(finding))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        if (numInsertedOrUpdatedRows === 1n) {
          await raise()
          return
        }
        const { entry_count, entries, conclusion, closed_ms, closed_by } = rowOf(finding)
        await trx
          .updateTable('review_finding')
          .set({ entry_count, entries, conclusion, closed_ms, closed_by })
          .where('id', '=', finding.id)
          .where('conclusion', 'is', null)
          .execute()
      }),
    ofMonth: async (month) => {
      const rows = await all(db).where('month', '=', month).orderBy('id').execute()
      return rows.map(findingOf)
    },
    close: (id, record) =>
      db.transaction().execute(async (trx) => {
        const row = await all(trx).where('id', '=', id).forUpdate().executeTakeFirst()
        if (row === undefined) throw new Refusal('NOT_FOUND', { rule: 'review.finding' })
        const finding = findingOf(row)
        if (finding.closed !== null) throw alreadyClosed()
        const closed = await record(finding)
        const { conclusion, at, by } = closed
        await trx
          .updateTable('review_finding')
          .set({ conclusion, closed_ms: at, closed_by: by })
          .where('id', '=', id)
          .execute()
        return { ...finding, closed }
      }),
  }
}

export function alreadyClosed(): Refusal {
  return new Refusal('CONFLICT', { rule: 'review.closed', hint: { key: 'review.closed.hint' } })
}

const all = (db: Database) => db.selectFrom('review_finding').selectAll()

function rowOf({ id, month, family, detector, concern, count, entries, foundAt, closed }: KeptFinding) {
  return {
    ...{ id, month, family, detector },
    concern: JSON.stringify(concern),
    entry_count: count,
    entries: JSON.stringify(entries),
    found_ms: foundAt,
    conclusion: closed?.conclusion ?? null,
    closed_ms: closed?.at ?? null,
    closed_by: closed?.by ?? null,
  }
}

const detectorNames = Object.keys(detectorFamilies) as [DetectorName, ...DetectorName[]]
const concernSchema = z.strictObject({
  actor: z.string().exactOptional(),
  project: z.string().exactOptional(),
  dataset: z.string().exactOptional(),
  day: z.string().exactOptional(),
})
const placesSchema = z.array(z.strictObject({ shard: z.string(), seq: z.number().int() }))

type Row = Awaited<ReturnType<ReturnType<typeof all>['executeTakeFirstOrThrow']>>

function findingOf(row: Row): KeptFinding {
  const detector = z.enum(detectorNames).parse(row.detector)
  const { id, month, entry_count, found_ms, conclusion, closed_ms, closed_by } = row
  return {
    ...{ id, month, detector },
    family: detectorFamilies[detector],
    concern: concernSchema.parse(row.concern),
    count: entry_count,
    entries: placesSchema.parse(row.entries),
    foundAt: found_ms,
    closed:
      conclusion === null || closed_ms === null
        ? null
        : { conclusion: z.enum(conclusions).parse(conclusion), at: closed_ms, by: closed_by },
  }
}
