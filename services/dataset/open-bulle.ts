/**
 * Bulles that are open: their files lie plain in the clear area from the first question until nobody has asked for half an hour, or
 * until the project is stopped (security.md 6.1). A process that starts anew needs no decryption.
 */
import type { Vault } from '../engine/engine.ts'
import type { CurrentPermit, PermitLine } from '../habilitation/permit.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Opened } from '../keys/copies.ts'
import type { Bulle, BulleTable } from './bulle.ts'
import { bulleOf, bulleTable } from './bulle-of.ts'
import { derivedTables } from './derived.ts'
import { type Extracts, lineKey, type SealedExtract } from './extract.ts'
import type { Workspace } from './workspace.ts'

const idleMs = 30 * 60_000

export interface OpenBulles extends Closable {
  /** Opens folders of a project for the bulle of this name, and keeps them. A failure leaves open what was open before. */
  keep(project: string, bulle: string, opening: readonly (() => Promise<Opened>)[]): Promise<void>
  /** Closes the folders of a project that are not among these any more, once the queries that run now have ended. Returns at once. */
  leave(project: string, standing: ReadonlySet<string>): void
  /** Ends the processes that read a project, and removes its plain files. */
  shut(project: string): Promise<void>
  /** The same for those that nobody has asked for in a while. */
  shutIdle(): Promise<void>
}

interface Kept {
  readonly folders: Map<string, Opened>
  /** Names of the bulles that were read. */
  readonly bulles: Set<string>
  askedAt: number
}

interface OpenBullesNeeds {
  readonly clock: Clock
  readonly vault?: Pick<Vault, 'evict'>
  /** Resolves when the queries of a project that run now have ended. */
  readonly ended?: (project: string) => Promise<void>
}

export function keepOpen({ clock, vault, ended }: OpenBullesNeeds): OpenBulles {
  const projects = new Map<string, Kept>()
  const leaving = new Set<Promise<void>>()
  const putAway = async (project: string, gone: readonly Opened[]) => {
    await ended?.(project)
    for (const opened of gone) await opened.close()
  }
  const shut = async (project: string) => {
    const kept = projects.get(project)
    projects.delete(project)
    for (const bulle of kept?.bulles ?? []) await vault?.evict(bulle)
    for (const opened of kept?.folders.values() ?? []) await opened.close()
  }
  return {
    shut,
    async keep(project, bulle, opening) {
      const fresh = await openAll(opening)
      const kept = projects.get(project) ?? { folders: new Map(), bulles: new Set(), askedAt: 0 }
      projects.set(project, kept)
      kept.bulles.add(bulle)
      kept.askedAt = clock.now()
      for (const opened of fresh) {
        if (kept.folders.has(opened.folder)) await opened.close()
        else kept.folders.set(opened.folder, opened)
      }
    },
    leave(project, standing) {
      const { folders = new Map<string, Opened>() } = projects.get(project) ?? {}
      const gone = [...folders].filter(([folder]) => !standing.has(folder))
      if (gone.length === 0) return
      for (const [folder] of gone) folders.delete(folder)
      // What cannot be removed now is removed with the clear area, at the next start.
      const left = putAway(
        project,
        gone.map(([, opened]) => opened),
      )
        .catch(() => undefined)
        .finally(() => leaving.delete(left))
      leaving.add(left)
    },
    async shutIdle() {
      const since = clock.now() - idleMs
      for (const [project, { askedAt }] of projects) if (askedAt <= since) await shut(project)
    },
    async close() {
      for (const project of projects.keys()) await shut(project)
      await Promise.all(leaving)
    },
  }
}

async function openAll(opening: readonly (() => Promise<Opened>)[]): Promise<readonly Opened[]> {
  const fresh: Opened[] = []
  try {
    for (const open of opening) fresh.push(await open())
    return fresh
  } catch (error) {
    for (const opened of fresh) await opened.close()
    throw error
  }
}

/** The lines that a project may read or may read again: open ones, and suspended ones, which the decision refuses. */
export function sealableLines({ permit, standing }: CurrentPermit): readonly PermitLine[] {
  const wanted = new Set([...standing.openLines, ...standing.suspendedLines])
  return permit.lines.filter((line) => wanted.has(line.id))
}

interface BulleNeeds {
  readonly extracts: Extracts
  readonly workspace: Pick<Workspace, 'list' | 'open'>
  readonly open: OpenBulles
  readonly log: Log
}

interface Sealed {
  /** What there is of the project, by line. */
  readonly all: ReadonlyMap<string, SealedExtract>
  /** What of it may be read. */
  readonly readable: readonly SealedExtract[]
}

/** What the query room sees of the sealed lines of a project, open. UNAVAILABLE when a file is not the sealed one, or there is no room. */
export async function openBulle(
  { extracts, workspace, open, log }: BulleNeeds,
  current: CurrentPermit,
  { all, readable }: Sealed,
): Promise<Bulle> {
  const project = current.permit.base
  const bulle = bulleOf(
    current,
    readable.map((one) => ({ ...one, folder: extracts.clearOf(one) })),
  )
  await open.keep(
    project,
    bulle.id,
    readable.map((one) => () => extracts.open(one)),
  )
  const derived: BulleTable[] = []
  const standing = new Set([...all.values()].map((one) => extracts.clearOf(one)))
  for (const one of await workspace.list(project)) {
    const [table] = derivedTables([one], bulle.datasets)
    if (table === undefined) continue
    const opening = async () => {
      const opened = await workspace.open(one)
      standing.add(opened.folder)
      return opened
    }
    const isOpen = await open.keep(project, bulle.id, [opening]).then(() => true, notThere(log, project))
    if (isOpen) derived.push(table)
  }
  open.leave(project, standing)
  return { ...bulle, tables: [...bulle.tables, ...derived, ...closedTables(all, current)] }
}

/** A table that was dropped at this moment, or is damaged, is none to a statement; a lack of room is said. */
function notThere(log: Log, project: string) {
  return (error: unknown): false => {
    if (!(error instanceof Refusal) || error.facts.rule !== 'bulle.damaged') throw error
    log.warn('a derived table does not open', { project })
    return false
  }
}

/** Tables of the lines that a project may no longer read, as far as they were sealed. */
function closedTables(
  all: ReadonlyMap<string, SealedExtract>,
  current: CurrentPermit,
): readonly BulleTable[] {
  const readable = sealableLines(current)
  const closed = current.permit.lines.filter((line) => !readable.includes(line))
  return closed
    .flatMap((line) => all.get(lineKey(line)) ?? [])
    .flatMap((one) =>
      one.extract.tables.map((table) => ({ ...bulleTable(one, table), closed: true as const })),
    )
}
