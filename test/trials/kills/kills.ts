/**
 * Kills a real node, its workers and its database at random moments while clients act through every door; after each start a judge
 * looks for everything that was acknowledged, and for what is half done. `npm run trials -- kills=SEED,COUNT,FROM`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '../../audit/seeded.ts'
import { type Spread, spread } from '../spread.ts'
import { type HomeKills, killHome } from './home.ts'
import type { Kind } from './victims.ts'

export interface KillsOptions {
  readonly seed: number
  readonly kills: number
  /** Kills that an earlier run has done: a multiple of `killsPerHome`, at which a new home begins. */
  readonly from?: number
  readonly killsPerHome?: number
  /** The sources that are run: a broken build, for the negative control. */
  readonly sources?: string
  readonly say?: (line: string) => void
}

export interface KillsFigures {
  readonly seed: number
  readonly kills: number
  /** How often each sort was killed; `start` is a node that was opening. */
  readonly killed: Readonly<Record<string, number>>
  readonly calls: number
  /** Receipts that were looked up in the log again. */
  readonly acknowledged: number
  readonly answers: number
  readonly entries: number
  /** ms from the start of the process to /readyz 200. */
  readonly startMs: Spread
  /** ms from the kill of a part to the next answer of a query, the node living on. */
  readonly backMs: Spread
  /** Exit statuses of nodes whose database was killed. */
  readonly exits: Readonly<Record<string, number>>
  readonly perMinute: number
  readonly faults: readonly string[]
}

export async function main(options: KillsOptions): Promise<KillsFigures> {
  const { seed, kills, from = 0, killsPerHome = 100, sources, say = () => {} } = options
  const begun = performance.now()
  const all: HomeKills[] = []
  const progress = () => {
    const done = all.reduce((sum, one) => sum + one.kills, 0)
    const faults = all.flatMap((one) => one.faults).length
    const perMinute = done / ((performance.now() - begun) / 60_000)
    const left = Math.max(kills - from - done, 0) / perMinute
    say(
      `${from + done} of ${kills} kills, ${faults} faults, ${perMinute.toFixed(0)} a minute, ${left.toFixed(1)} min left, load ${loadavg()[0]?.toFixed(0)}`,
    )
  }
  for (let done = from; done < kills; done += killsPerHome) {
    const home = await mkdtemp(join(tmpdir(), 'huisclos-kills-'))
    // Each home has its own chance: a run that was cut goes on at the same kills.
    const random = seeded(seed * 1_000_003 + done)
    try {
      const wanted = { home, random, kills: Math.min(killsPerHome, kills - done), sources }
      await killHome(wanted, { say, onHome: (one) => all.push(one), onLife: progress })
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
  return figuresOf({ seed, kills: kills - from }, all, performance.now() - begun)
}

function figuresOf(
  about: { readonly seed: number; readonly kills: number },
  all: readonly HomeKills[],
  ms: number,
): KillsFigures {
  const sum = (count: (home: HomeKills) => number) => all.reduce((total, home) => total + count(home), 0)
  return {
    ...about,
    killed: counted(all.flatMap(({ killed }) => killed)),
    calls: sum(({ told }) => told.calls),
    acknowledged: sum(({ told }) => told.receipts.size),
    answers: sum(({ told }) => told.answers.length),
    entries: sum(({ entries }) => entries),
    startMs: spread(all.flatMap(({ startMs }) => startMs)),
    backMs: spread(all.flatMap(({ backMs }) => backMs)),
    exits: counted(all.flatMap(({ exits }) => exits.map(String))),
    perMinute: Math.round(sum((home) => home.kills) / (ms / 60_000)),
    faults: all.flatMap(({ faults }) => faults),
  }
}

function counted(names: readonly (Kind | string)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
