/**
 * A day of a node in some minutes, all doors in use: memory, descriptors, processes and files must be flat once it is warm.
 * `npm run trials -- soak=MINUTES`; `soak-control` does it with a node that loses a buffer with each request.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { seeded } from '../audit/seeded.ts'
import { deposit, grant } from '../contract/study.ts'
import { type Caller, Supervisor } from './kills/supervisor.ts'
import { Told } from './kills/told.ts'
import { liveAndRest, restingOf } from './soak/rests.ts'
import { type Sample, sampleOf } from './soak/sampler.ts'
import { type Slope, slopeOf } from './soak/slopes.ts'

export interface SoakOptions {
  readonly minutes: number
  /** For the negative control. */
  readonly isLeaking?: boolean
  readonly say?: (line: string) => void
}

interface Delay {
  readonly p50: number
  readonly max: number
}

export interface SoakFigures {
  readonly minutes: number
  readonly calls: number
  /** Habilitations opened. */
  readonly requests: number
  /** Answers by status. */
  readonly answers: Readonly<Record<number, number>>
  /** Per hour, after the first third. */
  readonly slopes: Readonly<Record<Figure, Slope>>
  readonly last: Sample
  /** At rest: at the first reading that counts, and at the last. */
  readonly liveMb: { readonly first: number; readonly last: number }
  readonly zombies: number
  /** ms: the middle one of all windows of two seconds, and the worst. */
  readonly loopDelayP99: Delay
  /** The same without the time in which other processes had the processors: what the node itself makes its callers wait. */
  readonly ownDelayP99: Delay
  readonly faults: readonly string[]
  /** What a longer run would have to decide. */
  readonly undecided: readonly string[]
}

const everyMs = 2000
const mb = 1024 * 1024
/**
 * Growth in an hour that is still none: MB, and pieces. What is live at rest is the judge of leaks; the resident size has what the
 * allocator and the compiler keep besides, and goes up and down by far more than a leak of an hour.
 */
const limits = { rssMb: 32, liveMb: 1, descriptors: 1, processes: 1, connections: 1, files: 1 }
type Figure = keyof typeof limits
/** The public register holds its last reading and its signed text: of all that it must know, the one thing that grows by design. */
const requestKiB = 2
const goalLoopMs = 20

interface Inside {
  readonly at: number
  readonly live: number
  readonly p99: number
  readonly own: number
}

export async function main({
  minutes,
  isLeaking = false,
  say = () => {},
}: SoakOptions): Promise<SoakFigures> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-soak-'))
  const probe = join(home, 'probe.jsonl')
  const imports = ['test/trials/soak-probe.ts', ...(isLeaking ? ['test/trials/soak-leak.ts'] : [])]
  const node = await Supervisor.on({ home, imports, environment: { HUISCLOS_SOAK_PROBE: probe } })
  try {
    await node.start()
    await deposit(node)
    const projects = [(await grant(node)).project, (await grant(node)).project]
    const told = new Told()
    const answers: Record<number, number> = {}
    const opened = { requests: 0 }
    const call = counted(told.hearing(node.call), answers, opened)
    const client = { call, told, projects, random: seeded(42), url: node.url }
    const over = performance.now() + minutes * 60_000
    const living = liveAndRest(client, over)
    const samples: Sample[] = []
    while (performance.now() < over) {
      await Promise.race([wait(everyMs), living])
      samples.push(await sampleOf(node.pid, home))
      if (samples.length % 15 === 0) say(lineOf(samples, (over - performance.now()) / 60_000))
    }
    const rests = await living
    const inside = (await readFile(probe, 'utf8')).trim().split('\n')
    return judged(
      samples,
      inside.map((line): Inside => JSON.parse(line)),
      { rests, minutes, ...opened, calls: told.calls, answers },
    )
  } finally {
    await node.close()
    await rm(home, { recursive: true, force: true })
  }
}

function counted(call: Caller, answers: Record<number, number>, opened: { requests: number }): Caller {
  return async (...given) => {
    const answer = await call(...given)
    if (answer.status === 201 && given[1] === '/api/v1/habilitations') opened.requests += 1
    answers[answer.status] = (answers[answer.status] ?? 0) + 1
    return answer
  }
}

function lineOf(samples: readonly Sample[], left: number): string {
  const { at: _, ...last } = samples.at(-1) as Sample
  return `${left.toFixed(1)} min left ${JSON.stringify({ ...last, rssMb: Math.round(last.rssMb) })}`
}

interface Judged extends Pick<SoakFigures, 'minutes' | 'calls' | 'answers' | 'requests'> {
  readonly rests: readonly number[]
}

function delayOf(windows: readonly number[]): Delay {
  const sorted = windows.toSorted((a, b) => a - b)
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 }
}

function judged(
  samples: readonly Sample[],
  inside: readonly Inside[],
  { rests, ...about }: Judged,
): SoakFigures {
  const from = (samples[0]?.at ?? 0) + (about.minutes * 60_000) / 3
  const over = <T extends { readonly at: number }>(all: readonly T[], value: (one: T) => number) =>
    all
      .filter(({ at }) => at >= from)
      .map((one) => ({ hours: (one.at - from) / 3_600_000, value: value(one) }))
  const outside = (figure: Exclude<Figure, 'liveMb'>) =>
    slopeOf(
      over(samples, (one) => one[figure]),
      limits[figure],
    )
  const resting = over(restingOf(inside, rests), ({ live }) => live / mb)
  const slopes = {
    rssMb: outside('rssMb'),
    liveMb: slopeOf(resting, limits.liveMb + (about.requests * requestKiB * 60) / about.minutes / 1024),
    descriptors: outside('descriptors'),
    processes: outside('processes'),
    connections: outside('connections'),
    files: outside('files'),
  }
  const zombies = Math.min(...samples.slice(-5).map((one) => one.zombies))
  const loopDelayP99 = delayOf(inside.map(({ p99 }) => p99))
  const ownDelayP99 = delayOf(inside.map(({ own }) => own))
  const named = (verdict: Slope['verdict']) =>
    Object.entries(slopes).flatMap(([name, slope]) => (slope.verdict === verdict ? [name] : []))
  return {
    ...about,
    slopes,
    last: samples.at(-1) as Sample,
    liveMb: { first: resting[0]?.value ?? 0, last: resting.at(-1)?.value ?? 0 },
    zombies,
    loopDelayP99,
    ownDelayP99,
    faults: [
      ...named('growing').map((name) => `${name} grows`),
      ...(Object.keys(about.answers).some((status) => Number(status) >= 500) ? ['calls failed'] : []),
      ...(zombies > 0 ? ['dead processes are not collected'] : []),
      ...(ownDelayP99.p50 > goalLoopMs ? [`the event loop is late: ${ownDelayP99.p50.toFixed(0)} ms`] : []),
    ],
    undecided: named('undecided'),
  }
}
