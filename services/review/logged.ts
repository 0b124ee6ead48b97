/** Entries of the log behind rows of the index: neighbours are read together. */
import type { AuditLog, Indexed } from '../audit/writer.ts'

interface Row {
  readonly shard: string
  readonly seq: number
}

/** Entries that lie so close are read in one go, with what is between. */
const stretch = 256

/** The entry of each row, in the order of the rows; null where the log has none. */
export async function loggedOf(audit: AuditLog, rows: readonly Row[]): Promise<readonly (Indexed | null)[]> {
  const found = new Map<string, Indexed>()
  for (const { shard, from, to } of stretches(rows)) {
    if (!audit.shards.includes(shard)) continue
    for await (const entry of audit.entries(from, to, shard)) found.set(`${shard} ${entry.seq}`, entry)
  }
  return rows.map(({ shard, seq }) => found.get(`${shard} ${seq}`) ?? null)
}

function stretches(rows: readonly Row[]): readonly { shard: string; from: number; to: number }[] {
  const blocks = new Map<string, { shard: string; from: number; to: number }>()
  for (const { shard, seq } of rows) {
    const name = `${shard} ${Math.floor(seq / stretch)}`
    const { from, to } = blocks.get(name) ?? { from: seq, to: seq + 1 }
    blocks.set(name, { shard, from: Math.min(from, seq), to: Math.max(to, seq + 1) })
  }
  return [...blocks.values()]
}
