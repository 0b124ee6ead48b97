/** What the detectors of a month look at: counts, and the few kinds of entries whose contents they need. */
import type { Activity, ReleasesOfMonth } from '../store/audit-figures.ts'
import type { EntryPlace } from './entry.ts'

/** An entry of the log that a detector points at. `day` is that of Europe/Paris. */
interface Seen extends EntryPlace {
  readonly day: string
  readonly actor: string | null
  readonly project: string | null
}

interface SeenIntent extends Seen {
  readonly statement: string
  /** Datasets and columns read, as one text. */
  readonly columns: string
}

interface SeenRelease extends Seen {
  readonly rows: number
}

interface SeenAbort extends Seen {
  readonly cause: string
}

export interface SeenDeposit extends Seen {
  readonly dataset: string
  readonly verdict: 'accepted' | 'refused' | 'quarantined' | 'failed'
}

interface SeenPolicy extends Seen {
  readonly sha256: string
}

/** A permit that stands at the end of the month. */
export interface StandingGrant extends Seen {
  /** Whole days since it was last granted, and since its last query; null when there was none. */
  readonly sinceGrant: number
  readonly sinceQuery: number | null
}

/** Somebody who came in this month after having been known before. */
export interface Return {
  readonly actor: string
  readonly day: string
  /** Whole days between the last act before the month and the first one in it. */
  readonly absence: number
}

export interface ReviewFacts {
  /** `2026-11` */
  readonly month: string
  readonly activity: readonly Activity[]
  /** Releases of the months before, per person and project. */
  readonly history: readonly ReleasesOfMonth[]
  readonly intents: readonly SeenIntent[]
  readonly releases: readonly SeenRelease[]
  readonly aborts: readonly SeenAbort[]
  readonly deposits: readonly SeenDeposit[]
  /** Rules loaded, oldest first; the first is the one that was in force when the month began, where there was one. */
  readonly policies: readonly SeenPolicy[]
  readonly grants: readonly StandingGrant[]
  readonly returns: readonly Return[]
}
