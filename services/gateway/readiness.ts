/** What a node says of itself while it opens. */

export interface Step {
  readonly name: string
  readonly state: 'done' | 'running' | 'waiting' | 'failed'
  /** ms; absent while it waits. */
  readonly ms?: number
}

/** Written by the composition root, read by /readyz. */
export interface Readiness {
  ready: boolean
  steps: readonly Step[]
}

/** The body of /readyz. */
export function progressOf({ ready, steps }: Readiness): { ready: boolean; steps: readonly Step[] } {
  return { ready, steps }
}
