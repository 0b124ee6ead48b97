/** How far work in the background is, and how long it will still take. Pure but for the clock it is given. */
import type { Clock } from '../kernel/clock.ts'

export interface Progress {
  /** `queued` until its turn comes, then what is being done; `waiting` for room on the disk or for the log. */
  readonly step: 'queued' | 'waiting' | 'read' | 'relate' | 'measure' | 'write' | 'publish' | 'seal'
  readonly table?: string
  /** Rows so far. */
  readonly rows?: number
  /** Bytes of the received files that have been read, and of all of them. */
  readonly bytes?: number
  readonly total?: number
  /** Absent while nothing can be said: in the first two seconds, and before a fiftieth is done. */
  readonly secondsLeft?: number
}

/** Of an extract: how many rows a permit keeps is not told beside the thresholds. */
export type SealingProgress = Pick<Progress, 'step' | 'secondsLeft'>

/** What a worker tells of the call in hand: the share of it that is done, and rows. It is not believed to be in order. */
export type Told = Readonly<Record<string, number>>

const firstMs = 2000
const leastShare = 0.02

/** Of a work that began at `begun`; undefined while its rate is not known. */
export function secondsLeft(
  share: number,
  { begun, now }: { begun: number; now: number },
): number | undefined {
  const elapsed = now - begun
  if (elapsed < firstMs || share < leastShare) return undefined
  return Math.ceil((elapsed * (1 - share)) / share / 1000)
}

/** Between 0 and 1, whatever was told. */
export function shareOf({ share = 0 }: Told): number {
  return Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
}

/** Rows that were told, as a whole number. */
function rowsOf({ rows = 0 }: Told): number {
  return Number.isSafeInteger(rows) && rows > 0 ? rows : 0
}

/** Where each step begins in the whole: estimates, which the seconds left correct as the work goes on. */
const begins = { read: 0, relate: 0.6, measure: 0.7, write: 0.8, publish: 1 } as const
const ends = { read: 0.6, relate: 0.7, measure: 0.8, write: 1, publish: 1 } as const

type Step = keyof typeof begins

interface Part {
  readonly step: Step
  readonly table?: string
  /** Share of the step that is done when this part of it begins, and when it ends. */
  readonly from: number
  readonly to: number
}

/** Follows the checks of one deposit. */
export interface Following {
  /** The file of one table: `before` bytes of other files have been read. */
  read(table: string, bytes: { readonly before: number; readonly own: number }): (told: Told) => void
  /** Rows that all files read so far have. */
  counted(rows: number): void
  step(step: 'relate' | 'measure' | 'publish'): (told: Told) => void
  write(table: string, place: { readonly index: number; readonly of: number }): (told: Told) => void
}

export function follow(
  say: (progress: Progress) => void,
  { clock, total }: { readonly clock: Clock; readonly total: number },
): Following {
  const begun = clock.now()
  let rows = 0
  let bytes = 0
  const begin = (
    { step, table, from, to }: Part,
    about: (told: Told) => Pick<Progress, 'rows' | 'bytes'>,
  ) => {
    const tell = (told: Told) => {
      const inStep = from + (to - from) * shareOf(told)
      const share = begins[step] + (ends[step] - begins[step]) * inStep
      const left = secondsLeft(share, { begun, now: clock.now() })
      say({
        step,
        ...(table === undefined ? {} : { table }),
        ...about(told),
        total,
        ...(left === undefined ? {} : { secondsLeft: left }),
      })
    }
    tell({})
    return tell
  }
  const all = () => ({ rows, bytes })
  return {
    read(table, { before, own }) {
      bytes = before + own
      const parts = total === 0 ? { from: 0, to: 1 } : { from: before / total, to: bytes / total }
      return begin({ step: 'read', table, ...parts }, (told) => ({
        rows: rows + rowsOf(told),
        bytes: before + Math.round(own * shareOf(told)),
      }))
    },
    counted(more) {
      rows += more
    },
    step: (step) => begin({ step, from: 0, to: 1 }, all),
    write: (table, { index, of }) =>
      begin({ step: 'write', table, from: index / of, to: (index + 1) / of }, all),
  }
}
