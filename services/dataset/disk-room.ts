/** Room on the disk of the home folder: what arrives from outside never takes the last of it. */
import { statfs } from 'node:fs/promises'
import { Refusal } from '../kernel/refusal.ts'

/** Stays free: the log stops everything below 64 MiB, the database needs some, and the checks of a deposit write as well. */
export const reserveBytes = 256 * 1024 ** 2

export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** UNAVAILABLE when only the reserve is left. */
export async function insistRoom(measure: () => Promise<number>): Promise<void> {
  if ((await measure()) < reserveBytes) throw new Refusal('UNAVAILABLE', { rule: 'deposit.disk' })
}
