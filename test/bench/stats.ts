/** Interleaved timing: arms run A B A B, order flipped every round; what counts is the median of the ratios of one round. */

export interface Line {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The same figure of the reference arm, in the same unit. */
  readonly reference: number
  readonly ratio: number
}

export interface Arm {
  readonly name: string
  run(): Promise<void>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await run()
  return performance.now() - begun
}

/** Times of each arm in ms, one per round: arms run one after the other, order flipped every round; the first round is dropped. */
export async function race(
  arms: readonly (() => Promise<unknown>)[],
  rounds: number,
): Promise<readonly (readonly number[])[]> {
  const times = arms.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 1 ? [...arms.entries()].toReversed() : [...arms.entries()]
    for (const [index, run] of order) {
      const time = await timed(run)
      if (round > 0) times[index]?.push(time)
    }
  }
  return times
}

/** Times `measured` against `reference` in one run. Medians in ms, `ratio` the median of the rounds' ratios measured / reference. */
export async function interleave(
  reference: Arm,
  measured: Arm,
  rounds: number,
): Promise<{ reference: number; measured: number; ratio: number }> {
  const [a = [], b = []] = await race([() => reference.run(), () => measured.run()], rounds)
  return {
    reference: median(a),
    measured: median(b),
    ratio: median(b.map((time, i) => time / (a[i] ?? Number.NaN))),
  }
}
