/**
 * Releases in PostgreSQL: one row each, with the number of the entry that was written before. Acts take turns here and not under a
 * lock of the row: an act asks the database for more, and would wait for connections that others hold while they wait for it.
 */
import type { Receipt } from '../kernel/id.ts'
import { openTurns } from '../kernel/turns.ts'
import type { Store } from '../store/store.ts'
import { type Release, readRelease } from './release.ts'

/** What an act leaves: the release after it, and the last of its entries. */
export interface Acted {
  readonly release: Release
  readonly receipt: Receipt
}

interface Ending extends Pick<Receipt, 'log' | 'seq'> {
  readonly state: 'refused' | 'withdrawn'
  /** In ms. */
  readonly at: number
}

export interface ReleaseRegister {
  add(acted: Acted): Promise<void>
  /** An act on a release that nobody else changes meanwhile; null when there is no such release, and the act has not run. */
  change(id: string, act: (release: Release) => Promise<Acted>): Promise<Acted | null>
  /** An end that only the log knew, with its entry. */
  end(id: string, ending: Ending): Promise<void>
  find(id: string): Promise<Release | null>
  /** The newest first; of one project, or all. */
  list(project?: string): Promise<readonly Release[]>
  /** How many left, by project; of a project from which none did, nothing. */
  released(): Promise<ReadonlyMap<string, number>>
  /** The highest entry of this log that a row knows, or null; compared with the log at start. */
  lastRecorded(log: string): Promise<number | null>
}

export function openReleaseRegister({ db }: Pick<Store, 'db'>): ReleaseRegister {
  const turns = openTurns()
  const find: ReleaseRegister['find'] = async (id) => {
    const row = await db.selectFrom('airlock_release').select('body').where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : readRelease(row.body)
  }
  return {
    find,
    async add(acted) {
      const { id, project, asker, openedAt } = acted.release
      const who = { issuer: asker.issuer, subject: asker.subject }
      await db
        .insertInto('airlock_release')
        .values({ id, project, ...who, opened_ms: openedAt, ...changing(acted) })
        .execute()
    },
    change: (id, act) =>
      turns.take(async () => {
        const release = await find(id)
        if (release === null) return null
        const acted = await act(release)
        await db.updateTable('airlock_release').set(changing(acted)).where('id', '=', id).execute()
        return acted
      }),
    end: (id, { state, at, ...receipt }) =>
      turns.take(async () => {
        const release = await find(id)
        if (release === null) return
        const ended = { ...release, state, endedAt: at, actedAt: at }
        const row = changing({ release: ended, receipt })
        await db.updateTable('airlock_release').set(row).where('id', '=', id).execute()
      }),
    async list(project) {
      const all = db.selectFrom('airlock_release').select('body').orderBy('opened_ms', 'desc').orderBy('id')
      const rows = await (project === undefined ? all : all.where('project', '=', project)).execute()
      return rows.map(({ body }) => readRelease(body))
    },
    async released() {
      const rows = await db
        .selectFrom('airlock_release')
        .select(({ fn }) => ['project', fn.countAll<string>().as('releases')])
        .where('state', '=', 'released')
        .groupBy('project')
        .execute()
      return new Map(rows.map(({ project, releases }) => [project, Number(releases)]))
    },
    async lastRecorded(log) {
      const row = await db
        .selectFrom('airlock_release')
        .select(({ fn }) => fn.max('audit_seq').as('last'))
        .where('audit_log', '=', log)
        .executeTakeFirst()
      return row?.last ?? null
    },
  }
}

function changing({
  release,
  receipt,
}: Pick<Acted, 'release'> & { readonly receipt: Pick<Receipt, 'log' | 'seq'> }) {
  const { state, actedAt } = release
  return {
    state,
    acted_ms: actedAt,
    body: JSON.stringify(release),
    audit_log: receipt.log,
    audit_seq: receipt.seq,
  }
}
