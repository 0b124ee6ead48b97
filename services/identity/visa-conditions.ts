/** What a visa demands of other visas (GA4GH Passport 1.2, "conditions"). Pure; knows neither regular expressions nor nesting. */

/** What a condition may look at. */
export interface Matchable {
  readonly type: string
  readonly value: string
  readonly source: string
  readonly by?: string | undefined
}

/** Members and their demands, such as `{type: "ResearcherStatus", by: "const:so"}`. */
export type Clause = Readonly<Record<string, string>>
/** OR of ANDs. */
export type Conditions = readonly (readonly Clause[])[]

/**
 * Every alternative that is met, as one visa for each of its clauses: the first that meets it, so that the order says which is
 * preferred. Empty when none is: no alternative, and an alternative without a clause, are never met.
 */
export function metBy<V extends Matchable>(
  conditions: Conditions,
  visas: readonly V[],
): readonly (readonly V[])[] {
  return conditions.flatMap((clauses) => {
    const found = clauses.map((clause) => visas.find((visa) => meets(clause, visa)))
    const all = found.filter((visa) => visa !== undefined)
    return clauses.length > 0 && all.length === clauses.length ? [all] : []
  })
}

const claims = ['value', 'source', 'by'] as const

/** A clause names a type and at least one claim; a claim that is not known, or a form of demand that is not, is not met. */
export function meets(clause: Clause, visa: Matchable): boolean {
  const { type, ...demands } = clause
  const asked = Object.entries(demands)
  if (type === undefined || type !== visa.type || asked.length === 0) return false
  return asked.every(([name, demand]) => {
    const claim = claims.find((known) => known === name)
    const text = claim === undefined ? undefined : visa[claim]
    return text !== undefined && fits(demand, text)
  })
}

/** Whether a text is as a demand says: `const:`, `pattern:` (`?` one character, `*` any), `split_pattern:` (one part between `;`). */
export function fits(demand: string, text: string): boolean {
  const colon = demand.indexOf(':')
  const wanted = demand.slice(colon + 1)
  switch (demand.slice(0, Math.max(colon, 0))) {
    case 'const':
      return text === wanted
    case 'pattern':
      return isLike(wanted, text)
    case 'split_pattern':
      return text.split(';').some((part) => isLike(wanted, part))
    default:
      return false
  }
}

/**
 * The whole text against the whole pattern. What stands between two stars is found as early as can be, and that is never given
 * up again: at most length times length steps, whatever the pattern.
 */
function isLike(pattern: string, text: string): boolean {
  const [wanted, given] = [[...pattern], [...text]]
  let [at, from, star, taken] = [0, 0, -1, 0]
  while (at < given.length) {
    if (wanted[from] === '*') {
      star = from
      taken = at
      from += 1
    } else if (from < wanted.length && (wanted[from] === '?' || wanted[from] === given[at])) {
      from += 1
      at += 1
    } else if (star >= 0) {
      taken += 1
      at = taken
      from = star + 1
    } else return false
  }
  return wanted.slice(from).every((sign) => sign === '*')
}
