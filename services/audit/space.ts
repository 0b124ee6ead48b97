/**
 * Room on the disk of the log. It is announced before it runs out; at the floor nothing is recorded any more, so nothing runs. A
 * reserve file is kept for that moment: dropping it makes room to say so, and to stop.
 */
import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../kernel/log.ts'
import { type Home, reserveFile } from './home.ts'

/** `low`: somebody should make room soon; `full`: nothing is recorded. */
export type SpaceState = 'ample' | 'low' | 'full'

export interface Space {
  readonly state: SpaceState
  readonly freeBytes: number
  readonly floorBytes: number
}

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3
export const spaceFloor = 64 * mebibyte

/** Below a tenth of the disk room is low, but not before 10 GiB are left, and in any case below 1 GiB. */
export function spaceState(
  { freeBytes, diskBytes }: { freeBytes: number; diskBytes: number },
  floorBytes: number = spaceFloor,
): SpaceState {
  if (freeBytes < floorBytes) return 'full'
  return freeBytes < Math.max(gibibyte, Math.min(diskBytes / 10, 10 * gibibyte)) ? 'low' : 'ample'
}

/** Free bytes and size of the disk that a folder is on. */
export type MeasureSpace = (folder: string) => Promise<{ freeBytes: number; diskBytes: number }>

const measureSpace: MeasureSpace = async (folder) => {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, diskBytes: blocks * bsize }
}

export interface SpaceOptions {
  readonly home: Home
  readonly log: Log
  readonly floorBytes?: number | undefined
  /** Size of the reserve file; none by default. */
  readonly reserveBytes?: number | undefined
  readonly measure?: MeasureSpace | undefined
  /** The disk is full and the reserve was dropped: this can still be recorded. */
  readonly onReserveUsed: (freeBytes: number) => Promise<void>
}

const messages: Readonly<Record<SpaceState, string>> = {
  ample: 'the audit log has space again',
  low: 'space for the audit log runs low: below the floor nothing is recorded, nothing runs',
  full: 'no space left for the audit log: nothing is recorded, nothing runs',
}

/** A disk may fill in a second: what is written before the next look and finds no room ends the node. */
const lookEveryMs = 1000

export class SpaceGuard {
  readonly #options: SpaceOptions
  readonly #floorBytes: number
  readonly #measure: MeasureSpace
  readonly #timer: NodeJS.Timeout
  #space: Space
  #looking: Promise<void> | undefined
  #isBlind = false

  constructor(options: SpaceOptions) {
    this.#options = options
    this.#measure = options.measure ?? measureSpace
    this.#floorBytes = options.floorBytes ?? spaceFloor
    this.#space = { state: 'ample', freeBytes: 0, floorBytes: this.#floorBytes }
    this.#timer = setInterval(() => this.lookSoon(), lookEveryMs).unref()
  }

  /** As it was at the last look; one is taken every second. */
  get space(): Space {
    return this.#space
  }

  get isFull(): boolean {
    return this.#space.state === 'full'
  }

  /** One at a time: a disk that hangs is not asked again and again. */
  lookSoon(): void {
    this.#looking ??= this.look()
      .then(() => {
        this.#isBlind = false
      })
      .catch(() => {
        // Said once, not each second, until it can be read again.
        if (!this.#isBlind) this.#options.log.warn('the free space of the audit log cannot be read')
        this.#isBlind = true
      })
      .finally(() => {
        this.#looking = undefined
      })
  }

  async look(): Promise<void> {
    const { home, log, onReserveUsed, reserveBytes = 0 } = this.#options
    const measured = await this.#measure(home.audit)
    const { freeBytes } = measured
    const before = this.#space.state
    // The room that the reserve gave up is there to stop with, not to go on.
    const leastBytes = this.#floorBytes + (before === 'full' ? reserveBytes : 0)
    const state = spaceState(measured, leastBytes)
    this.#space = { state, freeBytes, floorBytes: this.#floorBytes }
    if (state !== before) log.warn(messages[state], { freeBytes })
    if (state !== 'full') await this.#keepReserve(freeBytes)
    else if (await this.#useReserve()) await onReserveUsed(freeBytes)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Makes the file unless it is there, or there is no room for it beside what the log needs. */
  async #keepReserve(freeBytes: number): Promise<void> {
    const { reserveBytes = 0, home } = this.#options
    if (reserveBytes === 0 || freeBytes < reserveBytes + 2 * this.#floorBytes) return
    const path = join(home.audit, reserveFile)
    // Random, so that no disk stores it in less room than it is to keep.
    if (!(await this.#hasReserve()))
      await home.files.replace(path, randomBytes(reserveBytes), { mode: 0o600 })
  }

  async #useReserve(): Promise<boolean> {
    const { audit, files } = this.#options.home
    if (!(await this.#hasReserve())) return false
    await files.disk.rm(join(audit, reserveFile))
    await files.syncFolder(audit)
    return true
  }

  async #hasReserve(): Promise<boolean> {
    const { audit, files } = this.#options.home
    return (await files.disk.readdir(audit)).includes(reserveFile)
  }
}
