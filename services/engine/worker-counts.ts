/** How many workers this process has started, and how each has ended: for the operator's figures alone, nothing is decided by them. */
import type { FailureKind } from './failure.ts'

/** `died`: by itself, or by somebody else's hand. `aborted`: put away, as every worker is in the end. */
export type WorkerEnd = FailureKind | 'died'

export interface WorkerCount {
  readonly worker: string
  readonly started: number
  readonly ended: Readonly<Partial<Record<WorkerEnd, number>>>
}

const counts = new Map<string, { started: number; ended: Partial<Record<WorkerEnd, number>> }>()

export function workerCounts(): readonly WorkerCount[] {
  return [...counts].map(([worker, { started, ended }]) => ({ worker, started, ended: { ...ended } }))
}

export function countStart(worker: string): void {
  countOf(worker).started += 1
}

export function countEnd(worker: string, why: WorkerEnd): void {
  const { ended } = countOf(worker)
  ended[why] = (ended[why] ?? 0) + 1
}

/** The name of a worker is a word of the house: there are ten of them. */
function countOf(worker: string) {
  const known = counts.get(worker) ?? { started: 0, ended: {} }
  counts.set(worker, known)
  return known
}
