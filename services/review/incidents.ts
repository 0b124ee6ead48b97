/** The register of incidents in PostgreSQL; the only file that names its table. */
import { parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Database, Store } from '../store/store.ts'
import { type Incident, readIncident } from './incident.ts'

export interface Incidents {
  /** The newest first. */
  list(): Promise<readonly Incident[]>
  /** Refusal NOT_FOUND. */
  read(id: string): Promise<Incident>
  /** The incident of a finding, or null. */
  ofFinding(finding: string): Promise<Incident | null>
  /** Keeps a new one under the next number, when `record` has resolved; the one of the same finding where there is one already. */
  open(incident: Omit<Incident, 'id'>, record: (opened: Incident) => Promise<void>): Promise<Incident>
  /** Changes one that nobody else changes meanwhile; kept when `act` has resolved. Refusals: NOT_FOUND, and those of `act`. */
  change(id: string, act: (incident: Incident) => Promise<Incident>): Promise<Incident>
  /** Keeps one as the log tells it, in place of what was there. */
  restore(incident: Incident): Promise<void>
}

export function openIncidents({ db }: Pick<Store, 'db'>): Incidents {
  const ofFinding: Incidents['ofFinding'] = async (finding) => {
    const row = await all(db).where('finding', '=', finding).executeTakeFirst()
    return row === undefined ? null : readIncident(row.body)
  }
  return {
    ofFinding,
    list: async () => {
      const rows = await all(db).orderBy('detected_ms', 'desc').orderBy('id', 'desc').execute()
      return rows.map(({ body }) => readIncident(body))
    },
    read: async (id) => {
      const row = await all(db).where('id', '=', id).executeTakeFirst()
      if (row === undefined) throw unknown()
      return readIncident(row.body)
    },
    async open(incident, record) {
      for (;;) {
        const known = incident.finding === undefined ? null : await ofFinding(incident.finding)
        if (known !== null) return known
        const kept = await insert(db, { ...incident, id: await nextId(db, incident.openedAt) }, record)
        if (kept !== null) return kept
      }
    },
    change: (id, act) =>
      db.transaction().execute(async (trx) => {
        const row = await all(trx).where('id', '=', id).forUpdate().executeTakeFirst()
        if (row === undefined) throw unknown()
        const changed = await act(readIncident(row.body))
        const { body, closed_ms } = rowOf(changed)
        await trx.updateTable('review_incident').set({ body, closed_ms }).where('id', '=', id).execute()
        return changed
      }),
    async restore(incident) {
      const { id, ...changing } = rowOf(incident)
      await db
        .insertInto('review_incident')
        .values({ id, ...changing })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
        .execute()
    },
  }
}

const all = (db: Database) => db.selectFrom('review_incident').select('body')

/** Null when somebody took the number, or opened one for the finding, in the same moment: the second waits here for the first. */
function insert(
  db: Database,
  incident: Incident,
  record: (opened: Incident) => Promise<void>,
): Promise<Incident | null> {
  return db.transaction().execute(async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('review_incident')
      .values(rowOf(incident))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows !== 1n) return null
    await record(incident)
    return incident
  })
}

function rowOf(incident: Incident) {
  const { id, finding = null, detectedAt, closed } = incident
  return {
    id,
    finding,
    detected_ms: detectedAt,
    closed_ms: closed?.at ?? null,
    body: JSON.stringify(incident),
  }
}

async function nextId(db: Database, now: number): Promise<string> {
  const year = parisDay(now).slice(0, 4)
  const rows = await db
    .selectFrom('review_incident')
    .select('id')
    .where('id', 'like', `I-${year}-%`)
    .execute()
  const last = Math.max(0, ...rows.map(({ id }) => Number(id.slice('I-0000-'.length))))
  return `I-${year}-${String(last + 1).padStart(4, '0')}`
}

function unknown(): Refusal {
  return new Refusal('NOT_FOUND', { rule: 'incident' })
}
