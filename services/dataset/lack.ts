/** What this machine lacks, told apart from what is wrong with a file. */
import { Refusal } from '../kernel/refusal.ts'
import { hasCode } from '../kernel/system-error.ts'

const codes = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM'])
/** The engine says these things in its own words, without a code. */
const words = /^(Out of Memory|INTERNAL|FATAL|Interrupt)|No space left|Could not write|Too many open files/i

/** Whether the disk, the memory or the engine gave up; what is being read has no part in it. */
export function isLack(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('code' in error && codes.has(String(error.code))) || words.test(error.message)
}

/** How a worker says it. */
export const diskFull = 'DISK_FULL'

/** Whether the disk alone is to blame: what was tried may be tried again when there is room. */
export function isDiskFull(error: unknown): boolean {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return true
  return error instanceof Error && /No space left|Could not write/i.test(error.message)
}

/** For `.catch` of what writes to our disk: a disk that takes nothing is UNAVAILABLE, every other failure stays one. */
export function refuseLack(error: unknown): never {
  throw isLack(error) ? new Refusal('UNAVAILABLE', { rule: 'deposit.disk' }, { cause: error }) : error
}
