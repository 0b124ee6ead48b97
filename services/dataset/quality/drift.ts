/** How a column moved since the previous version: parts and numbers of codes, in bands, never a code. As SQL. Pure. */
import type { Field } from '../descriptor.ts'
import { name } from '../quote.ts'
import { countBand, shareBand } from './bands.ts'
import type { HolderQuality } from './label.ts'

type Drift = NonNullable<HolderQuality['tables'][number]['columns'][number]['drift']>

/** A column of more different values than this is no nomenclature. */
const mostCodes = 1000
const identifying = new Set(['unit', 'key', 'unit-reference'])

/** Answers: part filled now and before, different values of both, distance of the shares, new values, lost values. */
export function driftStatement(
  field: Field,
  versions: { readonly now: string; readonly before: string },
): string {
  const column = name(field.name)
  const codes = (relation: string) =>
    `SELECT ${column} AS v, count(*) / sum(count(*)) OVER () AS p FROM ${relation} WHERE ${column} IS NOT NULL GROUP BY ALL`
  const filled = (relation: string) => `(SELECT count(${column}) / greatest(count(*), 1) FROM ${relation})`
  const parts = `${filled(versions.now)}, ${filled(versions.before)}`
  const isCoded =
    !identifying.has(field.role ?? '') &&
    (field.type === 'string' || field.type === 'integer' || field.type === 'boolean')
  if (!isCoded) return `SELECT ${parts}, NULL, NULL, NULL, NULL, NULL`
  return `SELECT ${parts}, count(n.v), count(b.v), COALESCE(sum(abs(COALESCE(n.p, 0) - COALESCE(b.p, 0))) / 2, 0),
    count_if(b.v IS NULL), count_if(n.v IS NULL)
    FROM (${codes(versions.now)}) AS n FULL JOIN (${codes(versions.before)}) AS b ON n.v = b.v`
}

export function driftOf(row: readonly unknown[]): Drift {
  const [now = 0, before = 0, codesNow = 0, codesBefore = 0, distance = 0, added = 0, lost = 0] =
    row.map(Number)
  const completeness = shareBand(Math.abs(now - before))
  if (row[4] === null || Math.max(codesNow, codesBefore) > mostCodes) return { completeness }
  return {
    completeness,
    distribution: shareBand(distance),
    newCodes: countBand(added),
    lostCodes: countBand(lost),
  }
}
