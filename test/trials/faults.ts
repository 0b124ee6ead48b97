/** Everything that may befall the log while it is written: kills, a disk that fails, a torn journal, a clock that jumps. */
import { main as clockJumps } from './clock-jumps.ts'
import { main as crash } from './crash.ts'
import { main as diskFaults } from './disk-faults.ts'
import { main as tornTail } from './torn-tail.ts'

export interface FaultsOptions {
  readonly seed: number
  readonly kills: number
  /** Share of all pairs of a call and an error that is tried. */
  readonly calls: number
  /** Share of the torn journals on which a log is started. */
  readonly torn: number
  readonly jumps: number
  readonly isEndedByFirst?: boolean
  readonly say: (line: string) => void
}

export const fullFaults = { kills: 1000, calls: 1, torn: 0.2, jumps: 1000 }
/** What `npm test` does, and what a broken build is given. */
export const shortFaults = { kills: 8, calls: 0.025, torn: 0.006, jumps: 40 }

/** What went wrong, in words, and the figures of each part that was run. */
interface FaultsFigures {
  readonly seed: number
  readonly failures: readonly string[]
  readonly figures: Readonly<Record<string, object>>
}

interface Part {
  readonly figures: object
  readonly wrong: readonly string[]
}

/** The parts run one after the other; with `isEndedByFirst` none is begun after one that failed. */
export async function main({ isEndedByFirst = false, ...options }: FaultsOptions): Promise<FaultsFigures> {
  const { seed, calls, torn, jumps, kills, say } = options
  const saying = (part: string) => (line: string) => say(`${part}: ${line}`)
  const parts: Readonly<Record<string, () => Promise<Part>>> = {
    torn: () => alone(tornTail({ seed, share: torn, say: saying('torn') })),
    clock: () => alone(clockJumps({ seed, jumps })),
    disk: () => alone(diskFaults({ seed, share: calls, isEndedByFirst, say: saying('disk') })),
    kills: async () => {
      const figures = await crash({ seed, kills, say: saying('kills') })
      const { lost, unrecorded, forks, verdicts } = figures
      const counts = `${lost} lost, ${unrecorded} unrecorded, ${forks} forks`
      return { figures, wrong: [...(lost + unrecorded + forks > 0 ? [counts] : []), ...verdicts] }
    },
  }
  const failures: string[] = []
  const figures: Record<string, object> = {}
  for (const [name, run] of Object.entries(parts)) {
    if (isEndedByFirst && failures.length > 0) break
    const part = await run()
    figures[name] = part.figures
    failures.push(...part.wrong.map((what) => `${name}: ${what}`))
  }
  return { seed, failures, figures }
}

async function alone(running: Promise<{ readonly wrong: readonly string[] }>): Promise<Part> {
  const figures = await running
  return { figures, wrong: figures.wrong }
}
