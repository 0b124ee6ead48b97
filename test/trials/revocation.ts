/**
 * From a revocation, or from the closure of a session, to the refusal of what comes and the end of what runs, fifty queries at a time,
 * round after round.
 */
import { round, stopped, study } from '../contract/revocation.ts'
import { startSystem } from '../contract/system.ts'
import { openSystem, signedIn } from './session-system.ts'

export interface Figures {
  readonly rounds: number
  readonly queries: number
  /** ms from the sending of the stop. */
  readonly answered: Spread
  readonly refused: Spread
  readonly ended: Spread
  /** Answers that were not those of the stop, and queries that the list does not say were cut. */
  readonly others: readonly string[]
  readonly notCut: number
}

/** In ms, by nearest rank. */
interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

interface Size {
  readonly rounds: number
  readonly queries: number
}
type Say = (line: string) => void
type Round = Awaited<ReturnType<typeof round>>

/** The authority revokes a permit. */
export async function permits(size: Size, say: Say): Promise<Figures> {
  const system = await startSystem()
  try {
    const asked = await study(system)
    return await repeated(size, say, () => round(system, asked, size.queries))
  } finally {
    await system.remove()
  }
}

/** A person closes the session in which she asks, from elsewhere. */
export async function sessions(size: Size, say: Say): Promise<Figures> {
  const system = await openSystem()
  try {
    const { project } = await study(system)
    const one = async () => {
      const { id, headers } = await signedIn(system.house, 'alice')
      const stop = {
        asker: { headers },
        word: '401 UNAUTHENTICATED',
        begin: () => system.call('POST', `/api/v1/me/sessions/${id}/closure`, { as: 'alice' }),
        undo: async () => 'the next round signs in anew',
      }
      return stopped(system, stop, { project, queries: size.queries })
    }
    return await repeated(size, say, one)
  } finally {
    await system.close()
  }
}

async function repeated({ rounds, queries }: Size, say: Say, next: () => Promise<Round>): Promise<Figures> {
  const all: Round[] = []
  for (let done = 1; done <= rounds; done += 1) {
    const one = await next()
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
}

function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
