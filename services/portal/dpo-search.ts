/** What the addresses of the DPO's pages hold: filters, selections, tabs. Anything else is left out of them. */

type Search = Readonly<Record<string, unknown>>

/** Words of the address by these names; a number that the router read is a word again. */
function wordsIn<K extends string>(search: Search, names: readonly K[]): { readonly [name in K]?: string } {
  const found = names.flatMap((name) => {
    const value = search[name]
    const isWord = (typeof value === 'string' && value !== '') || typeof value === 'number'
    return isWord ? [[name, String(value)]] : []
  })
  return Object.fromEntries(found)
}

function daysIn<K extends string>(search: Search, names: readonly K[]): { readonly [name in K]?: string } {
  const found = Object.entries(wordsIn(search, names))
  return Object.fromEntries(found.filter(([, value]) => /^\d{4}-\d{2}-\d{2}$/.test(String(value)))) as {
    [name in K]?: string
  }
}

/** Days are those of Paris, both included. */
export interface AuditSearch {
  readonly project?: string
  readonly actor?: string
  readonly dataset?: string
  readonly type?: string
  readonly outcome?: Outcome
  readonly code?: string
  readonly from?: string
  readonly to?: string
  /** Where an older page begins. */
  readonly cursor?: string
  /** The entry that is open, as `2026/412`. */
  readonly entry?: string
}

const outcomes = ['allowed', 'refused', 'failed', 'done'] as const
export type Outcome = (typeof outcomes)[number]

/** Where an entry stands. */
const placePattern = /^\d{4}\/\d{1,15}$/

export function auditSearch(search: Search): AuditSearch {
  const { outcome, entry, ...rest } = wordsIn(search, [
    'project',
    'actor',
    'dataset',
    'type',
    'outcome',
    'code',
    'cursor',
    'entry',
  ])
  const known = outcomes.find((one) => one === outcome)
  return {
    ...rest,
    ...daysIn(search, ['from', 'to']),
    ...(known && { outcome: known }),
    ...(entry !== undefined && placePattern.test(entry) && { entry }),
  }
}

/** Another search from this one: without its page and the entry that was open; what is given as undefined is left out. */
export function narrowed(
  { cursor: _cursor, entry: _entry, ...rest }: AuditSearch,
  changes: { readonly [name in keyof AuditSearch]?: string | undefined } = {},
): AuditSearch {
  return auditSearch({ ...rest, ...changes })
}

export interface InboxSearch {
  readonly tab?: string
  readonly month?: string
}

export function inboxSearch(search: Search): InboxSearch {
  const { tab, month } = wordsIn(search, ['tab', 'month'])
  return {
    ...(tab === 'reviews' && { tab }),
    ...(month !== undefined && /^20\d{2}-(0[1-9]|1[0-2])$/.test(month) && { month }),
  }
}

export interface IncidentsSearch {
  /** The entry that showed it, as `2026/412`. */
  readonly entry?: string
}

export function incidentsSearch(search: Search): IncidentsSearch {
  const { entry } = wordsIn(search, ['entry'])
  return entry !== undefined && placePattern.test(entry) ? { entry } : {}
}

export interface RightsSearch {
  readonly tab?: string
  readonly dataset?: string
  readonly project?: string
}

export function rightsSearch(search: Search): RightsSearch {
  const { tab, ...rest } = wordsIn(search, ['tab', 'dataset', 'project'])
  return { ...rest, ...((tab === 'projects' || tab === 'answer') && { tab }) }
}

export interface ReportsSearch {
  readonly report?: string
  readonly organisation?: string
  readonly from?: string
  readonly until?: string
}

export function reportsSearch(search: Search): ReportsSearch {
  return { ...wordsIn(search, ['report', 'organisation']), ...daysIn(search, ['from', 'until']) }
}

export interface PoliciesSearch {
  readonly tab?: string
  readonly person?: string
  readonly project?: string
  readonly dataset?: string
  readonly purpose?: string
  readonly date?: string
  readonly proposal?: string
}

export function policiesSearch(search: Search): PoliciesSearch {
  const { tab, ...rest } = wordsIn(search, ['tab', 'person', 'project', 'dataset', 'purpose', 'proposal'])
  return {
    ...rest,
    ...daysIn(search, ['date']),
    ...((tab === 'simulator' || tab === 'proposals') && { tab }),
  }
}
