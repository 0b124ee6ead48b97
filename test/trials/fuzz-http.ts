/** Spoiled calls, made from the OpenAPI document, on a whole system as every account of the demo; its memory before and after. */
import { readFileSync } from 'node:fs'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { type System, startSystem } from '../contract/system.ts'
import { demoCallers, knownNames } from '../fuzz/accounts.ts'
import { type Fuzzed, fuzz } from '../fuzz/run.ts'
import type { Known } from '../fuzz/values.ts'

interface FuzzedSystem extends Omit<Fuzzed, 'slow'> {
  /** Resident memory of the gateway in MiB: after the first thousand calls, and at the end. */
  readonly memory: readonly [early: number, late: number]
  readonly slow: number
  /** The calls that took longest. */
  readonly slowest: readonly string[]
}

interface Options {
  readonly seed: number
  readonly count: number
  readonly from: number
  readonly say: (line: string) => void
}

/** Calls with one set of tokens, which live for an hour. */
const perRound = 2500
const warmUp = 1000
/** More than this between early and late is a leak; the heap of Node breathes below it. */
const growthMiB = 256

export async function main({ seed, count, from, say }: Options): Promise<FuzzedSystem> {
  const system = await startSystem({ demo: 'full' })
  try {
    const port = Number(new URL(system.url).port)
    const known = await namesOf(system)
    const rounds: Fuzzed[] = []
    let early = 0
    const end = from + count
    for (let at = from; at < end; ) {
      const size = Math.min(at === from ? warmUp : perRound, end - at)
      const callers = await demoCallers(system.home)
      rounds.push(await fuzz({ port, seed, from: at, count: size, callers, known, say }))
      if (at === from) early = memoryOf(system)
      at += size
      if (system.child.exitCode !== null) break
    }
    const late = memoryOf(system)
    const faults = [...rounds.flatMap((one) => one.faults), ...(await afterwards(system))]
    if (late - early > growthMiB) faults.push(`memory grew from ${early} to ${late} MiB`)
    return { ...summed(rounds), memory: [early, late], faults }
  } finally {
    await system.remove()
  }
}

async function namesOf({ home, url, call }: System): Promise<Known> {
  const token = (subject: string) => mintDemoToken({ home, subject, clock: systemClock })
  const made = await knownNames({ url, lead: await token('paul'), holder: await token('rouen') })
  const { json } = await call('GET', '/api/v1/projects', { as: 'alice' })
  const projects: readonly { id: string; habilitation: string }[] = json.projects
  return {
    ...made,
    datasets: [...(made.datasets ?? []), 'pmsi-demo'],
    habilitations: [...(made.habilitations ?? []), ...projects.map(({ habilitation }) => habilitation)],
    projects: projects.map(({ id }) => id),
  }
}

/** In MiB, as the kernel counts it; 0 where the process is gone. */
function memoryOf({ child }: System): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** A house that was fuzzed still answers: who is there, what is asked, and the search of its log. */
async function afterwards(system: System): Promise<readonly string[]> {
  const calls = [
    ['alice', '/api/v1/me'],
    ['alice', '/api/v1/projects'],
    ['nadia', '/api/v1/audit/entries?limit=10'],
    ['nadia', '/api/v1/audit/statistics'],
  ] as const
  const faults: string[] = []
  for (const [as, path] of calls) {
    const status = await system.call('GET', path, { as }).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status !== 200) faults.push(`afterwards ${path} answers ${status}`)
  }
  return faults
}

/** `POST /api/v1/… 1234 ms` */
const msOf = (line: string) => Number(line.split(' ').at(-2))

function summed(rounds: readonly Fuzzed[]): Omit<FuzzedSystem, 'memory' | 'faults'> {
  const statuses: Record<string, number> = {}
  for (const [status, many] of rounds.flatMap((one) => Object.entries(one.statuses)))
    statuses[status] = (statuses[status] ?? 0) + many
  return {
    calls: rounds.reduce((sum, { calls }) => sum + calls, 0),
    statuses,
    reached: [...new Set(rounds.flatMap((one) => one.reached))],
    operations: rounds[0]?.operations ?? 0,
    slowestMs: Math.max(...rounds.map((one) => one.slowestMs)),
    slow: rounds.reduce((sum, { slow }) => sum + slow.length, 0),
    slowest: rounds
      .flatMap(({ slow }) => slow)
      .toSorted((a, b) => msOf(b) - msOf(a))
      .slice(0, 20),
  }
}
