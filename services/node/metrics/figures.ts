/** All figures of one node: what is counted from its first moment on, and what is read when somebody asks. */

import type { Witnessing } from '../../audit/witness/collector.ts'
import type { AuditLog, Indexed } from '../../audit/writer.ts'
import { engineVersion } from '../../engine/capabilities.ts'
import { type Family, type Metric, type Metrics, openMetrics } from '../../gateway/metrics.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Closable } from '../../kernel/id.ts'
import { versionOf } from '../version.ts'
import { evidenceFamilies, openEntryCounts } from './evidence.ts'
import { diskFamilies, openLoopDelay, processFamilies, workerFamilies } from './process.ts'
import { type RoomsOn, roomFamilies } from './rooms.ts'

export interface Figures extends Closable {
  onEntry(entry: Indexed): void
  metrics(on: FiguresOn): Metrics
  /** Of every figure, whether it can be read now or not. */
  declared(on: FiguresOn): readonly Metric[]
}

interface FiguresOn extends Omit<RoomsOn, 'about'> {
  readonly audit: AuditLog
  readonly witnessing: Pick<Witnessing, 'status'>
}

/** `onEntry` is told from the first entry on; `metrics` are all there is once the node is open. */
export function openFigures(clock: Clock): Figures {
  const entries = openEntryCounts(clock)
  const startedAt = clock.now()
  const loop = openLoopDelay()
  const families = (on: FiguresOn): readonly Family[] => [
    ...roomFamilies({ ...on, about: { version: versionOf(), engine: engineVersion() } }),
    ...entries.families,
    ...evidenceFamilies(on),
    ...workerFamilies,
    ...diskFamilies(on.home),
    loop.family,
    ...processFamilies(startedAt),
  ]
  return {
    onEntry: entries.onEntry,
    metrics: (on) => openMetrics(families(on)),
    declared: (on) => openMetrics(families(on)).declared,
    close: loop.close,
  }
}

/** Every figure of a node, for the operator's guide: they are named here, and nothing is read. */
export async function declaredMetrics(): Promise<readonly Metric[]> {
  const clock = { now: () => 0 }
  const figures = openFigures(clock)
  await figures.close()
  return figures.declared({ clock, home: '' } as unknown as FiguresOn)
}
