/** National numbers of persons: the social security number (NIR) and the health identity (INS). Pure. */
import type { Field } from '../descriptor.ts'
import type { Counted, Probe } from '../probe.ts'

const bare = (column: string) => `upper(regexp_replace(${column}, '[ .\u00a0\u202f-]', '', 'g'))`
const nirShape =
  '[123478][0-9]{2}(0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])(0[1-9]|[1-8][0-9]|9[0-9]|2[AB])[0-9]{8}'

/** The 15 characters of a social security number that is the whole of a value; NULL without. */
function nirAlone(column: string): string {
  return `CASE WHEN regexp_full_match(${bare(column)}, '${nirShape}') THEN ${bare(column)} END`
}

/** The 15 characters of a social security number somewhere in a text; NULL without. */
function nirIn(column: string): string {
  const found = `regexp_extract(${bare(column)}, '(^|[^0-9])(${nirShape})([^0-9]|$)', 2)`
  return `CASE WHEN length(${column}) >= 15 THEN NULLIF(${found}, '') END`
}

/** Whether the key of a social security number is right: 97 − (first 13 mod 97), 2A counted 19 and 2B counted 18. */
function nirKey(nir: string): string {
  const digits = `replace(replace(substr(${nir}, 1, 13), '2A', '19'), '2B', '18')`
  return `97 - TRY_CAST(${digits} AS BIGINT) % 97 = TRY_CAST(substr(${nir}, 14, 2) AS BIGINT)`
}

/**
 * A random number of that shape has the right key once in 97: a column is suspect well above what chance gives, and from
 * three values on (one or two say nothing in a large column).
 */
function byChance({ count, filled, shaped }: Counted): boolean {
  return count < 0.05 * filled && count <= Math.max(2, (4 * shaped) / 97)
}

/** The NIR, in any column and any text. A pseudonym is one token: digits between its letters are no such number. */
export function nirProbe(field: Field, { value, isIdentifier }: Read): Probe {
  const found = isIdentifier ? nirAlone(value) : nirIn(value)
  return {
    rule: 'identifier.nir',
    severity: 'quarantine',
    column: field.name,
    least: 15,
    condition: `COALESCE(${nirKey(found)}, false)`,
    shaped: `${found} IS NOT NULL`,
    tolerated: byChance,
  }
}

/** How a field is read: its value as text, and whether it is the pseudonym of a person or a key. */
export interface Read {
  readonly value: string
  readonly isIdentifier: boolean
}

/** Roots of the object identifiers under which the INS is issued: NIR, NIA, and the two of tests. */
const issuer = '1[.]2[.]250[.]1[.]213[.]1[.]4[.](8|9|10|11)([^0-9]|$)'
/** The 13 characters of a NIR without its key, of a person born in an ordinary month. */
const keyless =
  '[12][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-8][0-9]|9[0-57-9]|2[AB])(00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})[0-9]{3}'

/**
 * The INS by the identifier of its issuer, the older computed INS by its length and key (20 digits, then 97 − them mod 97),
 * and a registration number without its key by the shape of nearly the whole column.
 */
export function insProbes(field: Field, { value, isIdentifier }: Read): readonly Probe[] {
  const column = field.name
  const rule = { rule: 'identifier.ins', severity: 'quarantine', column, least: 13 } as const
  const short: Probe = {
    ...rule,
    condition: `regexp_full_match(${bare(value)}, '${keyless}')`,
    isSpread: true,
    tolerated: ({ count, filled, distinct }) => count < 3 || count < 0.9 * filled || distinct < 0.05 * count,
  }
  if (field.type === 'integer') return [short]
  const computed = `CASE WHEN regexp_full_match(${bare(value)}, '[0-9]{22}') THEN ${bare(value)} END`
  const key = `97 - TRY_CAST(substr(${computed}, 1, 20) AS HUGEINT) % 97 = TRY_CAST(substr(${computed}, 21, 2) AS INTEGER)`
  return [
    short,
    {
      ...rule,
      condition: `COALESCE(${key}, false)`,
      shaped: `${computed} IS NOT NULL`,
      tolerated: byChance,
    },
    ...(isIdentifier ? [] : [{ ...rule, condition: `regexp_matches(${value}, '${issuer}')` }]),
  ]
}
