/**
 * Traffic with rests: what is live while calls are in hand is as large as their answers, which grow with what was done before;
 * what is still live when nobody calls is what the node keeps.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '../kills/clients.ts'
import { liveOn } from './rounds.ts'

const busyMs = 15_000
/** Long enough for two readings from inside. */
const restMs = 5_000

/** Until `over`, of the clock of `performance`; answers when each rest began, as instants. */
export async function liveAndRest(client: Client, over: number): Promise<readonly number[]> {
  const rests: number[] = []
  while (performance.now() < over) {
    const until = Math.min(over, performance.now() + busyMs)
    await liveOn(client, () => performance.now() > until)
    rests.push(Date.now())
    await wait(restMs)
  }
  return rests
}

/** The last reading of each rest. */
export function restingOf<T extends { readonly at: number }>(
  readings: readonly T[],
  rests: readonly number[],
): readonly T[] {
  return rests.flatMap((from) => readings.findLast(({ at }) => at > from && at <= from + restMs) ?? [])
}
