/** From a revocation to the refusal of what comes and the end of what runs, fifty queries at a time, round after round. */
import { round, study } from '../contract/revocation.ts'
import { startSystem } from '../contract/system.ts'

export interface Figures {
  readonly rounds: number
  readonly queries: number
  /** ms from the sending of the revocation. */
  readonly answered: Spread
  readonly refused: Spread
  readonly ended: Spread
  /** Answers that were not `403 REVOKED`, and queries that the list does not say were cut. */
  readonly others: readonly string[]
  readonly notCut: number
}

/** In ms, by nearest rank. */
interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export async function main(
  { rounds, queries }: { rounds: number; queries: number },
  say: (line: string) => void,
): Promise<Figures> {
  const system = await startSystem()
  try {
    const asked = await study(system)
    const all: Awaited<ReturnType<typeof round>>[] = []
    for (let done = 1; done <= rounds; done += 1) {
      const one = await round(system, asked, queries)
      all.push(one)
      const slowest = Math.max(...one.ended)
      say(`${done}/${rounds} refused ${one.refused.toFixed(0)} ms, last end ${slowest.toFixed(0)} ms`)
    }
    return {
      rounds,
      queries,
      answered: spread(all.map(({ answered }) => answered)),
      refused: spread(all.map(({ refused }) => refused)),
      ended: spread(all.flatMap(({ ended }) => ended)),
      others: all.flatMap(({ others }) => others),
      notCut: all.reduce((sum, { aborted }) => sum + queries - aborted, 0),
    }
  } finally {
    await system.remove()
  }
}

function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
