/** The few facts of the log that its files say by themselves, without opening it. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Null when there is no log yet. */
export async function newestShard(home: string): Promise<string | null> {
  const names = await readdir(join(home, 'audit')).catch(() => [])
  return (
    names
      .filter((name) => /^\d{4}$/.test(name))
      .sort()
      .at(-1) ?? null
  )
}

/** Entries of the last signed checkpoint; null when it cannot be read. */
export async function signedSize(home: string, shard: string): Promise<number | null> {
  const note = await readFile(join(home, 'audit', shard, 'checkpoint'), 'utf8').catch(() => '')
  const size = Number(note.split('\n')[1])
  return note === '' || Number.isNaN(size) ? null : size
}

/**
 * POSIX milliseconds of the last entry that a checkpoint covers; null when nothing says it. A running log writes its heads now and
 * then only: until then the instant at which the checkpoint was written stands for it.
 */
export async function lastEntryAt(home: string, shard: string, isRunning: boolean): Promise<number | null> {
  const written = await stat(join(home, 'audit', shard, 'checkpoint')).catch(() => null)
  if (isRunning) return written?.mtimeMs ?? null
  const text = await readFile(join(home, 'audit', shard, 'heads.json'), 'utf8').catch(() => '')
  const ts = /"ts":"([^"]+)"/.exec(text)?.[1]
  const at = ts === undefined ? Number.NaN : Date.parse(ts)
  return Number.isNaN(at) ? (written?.mtimeMs ?? null) : at
}
