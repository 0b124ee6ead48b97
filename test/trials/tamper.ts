/** Changes every byte of a small log, one at a time, and asks the verifier: a log that runs or was killed, and a stopped one. */
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Verdict, verifyLog } from '../../services/audit/verify/verify.ts'
import { fillLog, openHome } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'

export interface TamperFigures {
  readonly seed: number
  readonly tried: number
  readonly detected: number
  /** `<home> <file> <offset>` of changes that the verifier did not see. */
  readonly missed: readonly string[]
  /** Changes of which the verdict names the entry or the file. */
  readonly named: number
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const kept: string[] = []
  for (const name of names.sort()) if ((await stat(join(folder, name))).isFile()) kept.push(name)
  return kept
}

/** The two homes; the caller removes them. */
async function makeHomes(queries: number): Promise<{ name: string; home: string }[]> {
  const test = await openHome()
  const audit = await test.open()
  await fillLog(audit, queries)
  await audit.checkpoint()
  await fillLog(audit, 3)
  const killed = `${test.home}-killed`
  await cp(test.home, killed, { recursive: true })
  await audit.close()
  return [
    { name: 'stopped', home: test.home },
    { name: 'killed', home: killed },
  ]
}

/** One change of one bit in each chosen byte of a file; the file is as it was when this returns. */
async function* changes(path: string, choose: () => number | undefined): AsyncGenerator<number> {
  const whole = await readFile(path)
  for (let at = 0; at < whole.length; at += 1) {
    const bit = choose()
    if (bit === undefined) continue
    await writeFile(path, whole.with(at, (whole[at] ?? 0) ^ (1 << bit)))
    yield at
  }
  await writeFile(path, whole)
}

function isNamed(verdict: Verdict, file: string): boolean {
  const words = ['journal', 'roots', file.split('/')[0] ?? file]
  return verdict.firstBadSeq !== undefined || words.some((word) => verdict.message.includes(word))
}

interface Seen {
  tried: number
  named: number
  readonly missed: string[]
}

async function tryHome(home: { name: string; home: string }, choose: () => number | undefined, seen: Seen) {
  const dir = join(home.home, 'audit')
  for (const file of await filesOf(join(dir, '2026'))) {
    for await (const at of changes(join(dir, '2026', file), choose)) {
      const verdict = await verifyLog({ dir })
      seen.tried += 1
      if (verdict.exitCode !== 1) seen.missed.push(`${home.name} ${file} ${at}`)
      if (isNamed(verdict, file)) seen.named += 1
    }
  }
}

/**
 * `share` of the bytes, from 0 to 1, is changed; 1 is every byte of every file. With 110 queries the log has full tiles; every
 * byte of a log of 3 takes minutes, of 110 it takes hours.
 */
export async function main(seed: number, share: number, queries = 110): Promise<TamperFigures> {
  const random = seeded(seed)
  const seen: Seen = { tried: 0, named: 0, missed: [] }
  const homes = await makeHomes(queries)
  try {
    const choose = () => (random() < share ? Math.floor(random() * 8) : undefined)
    for (const home of homes) await tryHome(home, choose, seen)
  } finally {
    for (const { home } of homes) await rm(home, { recursive: true, force: true })
  }
  return { seed, ...seen, detected: seen.tried - seen.missed.length }
}
