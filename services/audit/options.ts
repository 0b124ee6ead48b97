/** What the evidence log is opened with. */
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Disk } from './disk.ts'
import type { FoundTree } from './found-tree.ts'
import type { OpenSegment } from './journal.ts'
import type { Indexed } from './record.ts'
import type { SecretBox } from './secret-files.ts'
import type { MeasureSpace } from './space.ts'

/** The right to write, held by main.ts: `epoch` grows by one at each take-over, `lost` resolves when it is gone. */
interface Lease {
  readonly epoch: number
  readonly lost: Promise<void>
}

export interface AuditOptions {
  /** HUISCLOS_HOME: the log lives in `audit/`, its keys in `keys/`. */
  readonly home: string
  readonly clock: Clock
  readonly log: Log
  /** Public host of the first shard's origin; once a shard exists, its stored origin wins. */
  readonly host: string
  readonly lease: Lease
  /** Folder of the keys; default `<home>/keys`. */
  readonly keys?: string
  /** What seals the signing keys and the keyring; without it they lie as they are. */
  readonly box?: SecretBox
  /**
   * Called once, with the tree that was found and before anything is written to it. What it throws stops the start; the
   * question to witnesses is put here.
   */
  readonly onFound?: (tree: FoundTree) => Promise<void>
  /** Called once per entry, in order, after it is durable. Must not throw. */
  readonly onEntry: (entry: Indexed) => void
  /** The log can no longer promise anything: 70 the disk failed, 71 the lease or the fence was lost. */
  readonly onFatal?: (exitCode: 70 | 71) => void
  /** Where all files of the log are written; tests put failing disks here. */
  readonly disk?: Disk
  /** How a journal file is made; tests put failing ones here. */
  readonly openSegment?: OpenSegment
  /** Below so many free bytes nothing is appended any more; default 64 MiB. */
  readonly spaceFloorBytes?: number
  /** Size of the file that is dropped then, so that the end can be recorded; none by default. */
  readonly reserveBytes?: number
  /** How the room on the disk is measured; tests say what it is. */
  readonly measureSpace?: MeasureSpace
}
