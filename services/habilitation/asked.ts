/** Which datasets a question is decided on. Pure. */
import type { Ask } from './decision.ts'
import type { CurrentPermit } from './permit.ts'

/** Before the text is understood it asks of no dataset; of a permit without any line left it asks of all of them. */
export function datasetsAsked(
  { datasets }: Ask,
  { permit, standing }: Pick<CurrentPermit, 'permit' | 'standing'>,
): readonly string[] {
  if (datasets !== undefined) return datasets
  const isOver = standing.openLines.length + standing.suspendedLines.length === 0
  return isOver ? permit.lines.map(({ dataset }) => dataset) : []
}
