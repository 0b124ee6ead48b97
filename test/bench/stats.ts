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

async function timed(arm: Arm): Promise<number> {
  const begun = performance.now()
  await arm.run()
  return performance.now() - begun
}

/**
 * Times `measured` against `reference` in one run; the first round is dropped. Medians in ms, `ratio` the median of the
 * rounds' ratios measured / reference.
 */
export async function interleave(
  reference: Arm,
  measured: Arm,
  rounds: number,
): Promise<{ reference: number; measured: number; ratio: number }> {
  const times: { a: number; b: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const flipped = round % 2 === 1
    const first = await timed(flipped ? measured : reference)
    const second = await timed(flipped ? reference : measured)
    if (round > 0) times.push(flipped ? { a: second, b: first } : { a: first, b: second })
  }
  return {
    reference: median(times.map(({ a }) => a)),
    measured: median(times.map(({ b }) => b)),
    ratio: median(times.map(({ a, b }) => b / a)),
  }
}
