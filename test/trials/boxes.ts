/**
 * Workers lost in every way, so many times each: SEGV, abort, hang, memory, endless statements. The parent lives, each caller is told
 * QUERY_FAILED, and the bulle answers again within 300 ms.
 */
import { openVault } from '../../services/engine/vault.ts'
import { falls, type Lost, lose, losses, openPools, someBulle } from '../engine/losses.ts'
import { dice } from '../property/seed.ts'

export interface Figures {
  readonly seed: number
  readonly times: number
  /** From a refusal until both places of the bulle answer, in ms, by way of loss. */
  readonly back: Readonly<
    Record<string, { readonly p50: number; readonly p99: number; readonly max: number }>
  >
  readonly faults: readonly string[]
}

interface Size {
  /** Of each way. */
  readonly times: number
  readonly say?: (line: string) => void
}

/** In a random order, so that each way follows each other one. */
export async function main(seed: number, { times, say = () => {} }: Size): Promise<Figures> {
  const random = dice(seed)
  const bulle = await someBulle()
  const vault = await openVault({ threads: 1 })
  const pools = await openPools()
  const ways: Readonly<Record<string, () => Promise<Lost>>> = Object.fromEntries([
    ...Object.entries(losses).map(([name, loss]) => [name, () => lose(vault, bulle, loss)]),
    ...Object.entries(falls).map(([name, way]) => [name, () => pools.fall(way)]),
  ])
  const left = Object.keys(ways).flatMap((name) => Array.from({ length: times }, () => name))
  const all: { readonly name: string; readonly lost: Lost }[] = []
  try {
    while (left.length > 0) {
      const [name = ''] = left.splice(random.below(left.length), 1)
      const lost = await ways[name]?.()
      if (lost !== undefined) all.push({ name, lost })
      if (all.length % 100 === 0) say(`${all.length}, ${left.length} to come`)
    }
  } finally {
    await pools.close()
    await vault.close()
    await bulle.remove()
  }
  const of = (one: string) => all.filter(({ name }) => name === one).map(({ lost }) => lost.backMs)
  const back = Object.fromEntries(Object.keys(ways).map((name) => [name, spread(of(name))]))
  return {
    seed,
    times,
    back,
    faults: all.flatMap(({ name, lost }) => lost.faults.map((fault) => `${name}: ${fault}`)),
  }
}

function spread(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
