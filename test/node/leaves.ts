/** The entries of a running node as they lie in its log, read by its public address. */
import { setTimeout as pause } from 'node:timers/promises'
import { decodeBundle } from '../../services/audit/tiles.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import type { TestNode } from '../node.ts'

export type Leaf = { readonly type: string; readonly seq: number } & Readonly<Record<string, unknown>>

/** Every entry of the current year up to `seq` at least, of a log of less than 256. */
export async function leavesOf(
  { home, url }: Pick<TestNode, 'home' | 'url'>,
  seq: number,
): Promise<readonly Leaf[]> {
  const shard = new Date().getUTCFullYear()
  const token = await mintDemoToken({ home, subject: 'nadia', clock: systemClock })
  const headers = { authorization: `Bearer ${token}` }
  for (;;) {
    const note = await (await fetch(`${url}/audit/${shard}/checkpoint`, { headers })).text()
    const size = Number(note.split('\n')[1])
    if (size > seq) {
      const tile = await fetch(`${url}/audit/${shard}/tile/entries/000.p/${size}`, { headers })
      const entries = decodeBundle(Buffer.from(await tile.arrayBuffer()))
      return entries.map((bytes) => JSON.parse(bytes.toString()))
    }
    // The log is signed each second.
    await pause(100)
  }
}
