/** The disk of a log that a test makes full, late or faulty while a node runs on it. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Disk, systemDisk } from '../../services/audit/disk.ts'
import type { MeasureSpace } from '../../services/audit/space.ts'

export interface FlakyDisk {
  readonly disk: Disk
  readonly measureSpace: MeasureSpace
  /** Ms that every flush takes longer. */
  lateMs: number
  /** What every flush fails with; null while it does not. */
  fault: 'EIO' | 'EROFS' | null
  isFull: boolean
}

const terabyte = 2 ** 40

export function flakyDisk(): FlakyDisk {
  const flaky: FlakyDisk = {
    lateMs: 0,
    fault: null,
    isFull: false,
    measureSpace: async () => ({ freeBytes: flaky.isFull ? 0 : terabyte, diskBytes: terabyte }),
    disk: {
      ...systemDisk,
      async open(path, flags, mode) {
        const file = await systemDisk.open(path, flags, mode)
        return {
          write: (bytes, at, length) => file.write(bytes, at, length),
          sync: () => flush(flaky, () => file.sync()),
          datasync: () => flush(flaky, () => file.datasync()),
          stat: () => file.stat(),
          close: () => file.close(),
        }
      },
    },
  }
  return flaky
}

async function flush({ lateMs, fault }: FlakyDisk, flushed: () => Promise<void>): Promise<void> {
  if (lateMs > 0) await pause(lateMs)
  if (fault !== null) throw Object.assign(new Error(fault), { code: fault })
  await flushed()
}
