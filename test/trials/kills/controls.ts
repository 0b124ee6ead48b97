/** The negative control of the kills: builds that are broken on purpose, each of which the judge must report. */
import { inCopy, type Replacement, withTexts } from '../copy.ts'
import { main as kills } from './kills.ts'

interface Broken {
  readonly name: string
  readonly texts: readonly Replacement[]
  /** What the judge is to say. */
  readonly told: RegExp
}

const builds: readonly Broken[] = [
  {
    name: 'an entry is acknowledged before it is written',
    texts: [
      {
        file: 'services/audit/journal.ts',
        text: '      await writeAll(file, bytes)\n      await file.datasync()\n',
        by: '      setTimeout(() => void writeAll(file, bytes).catch(() => undefined), 1000)\n',
      },
    ],
    told: /an entry that was acknowledged is not in the log|a result went out without its release|tampered|la base connaît/,
  },
  {
    name: 'a start gives a cut query a second end',
    texts: [
      {
        file: 'services/query/abandon.ts',
        text: '    if (ended !== undefined) {',
        by: '    if (ended !== undefined && run.since < 0) {',
      },
    ],
    told: /two ends|the list says aborted/,
  },
  {
    name: 'a start leaves a cut query open',
    texts: [
      { file: 'services/node/reconcile.ts', text: '  await abandonQueries(query, audit)\n', by: '' },
      {
        file: 'services/audit/writer.ts',
        text: "      await this.#current.append({ type: 'query.abort', query, of, cause: 'restart' }, about)\n",
        by: '      void [query, of, about]\n',
      },
    ],
    told: /an intent has no end|still runs in the list/,
  },
]

export interface ControlFigures {
  readonly seed: number
  readonly tried: number
  /** Broken builds that the judge took for sound. */
  readonly missed: readonly string[]
}

export async function main(seed: number, say: (line: string) => void): Promise<ControlFigures> {
  const missed: string[] = []
  await inCopy(async (copy) => {
    for (const { name, texts, told } of builds) {
      const faults = await withTexts(copy, texts, () => faultsIn(copy, seed))
      const found = faults.find((what) => told.test(what))
      if (found === undefined) missed.push(name)
      say(`${name}: ${found ?? 'NOT FOUND'}`)
    }
  })
  return { seed, tried: builds.length, missed }
}

const attempts = 40

/** A build so broken that it does not start again is found out as well. */
async function faultsIn(sources: string, seed: number): Promise<readonly string[]> {
  try {
    return (await kills({ seed, kills: attempts, sources })).faults
  } catch (error) {
    return [String(error)]
  }
}
