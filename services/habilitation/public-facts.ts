/** What happened to a request in public: the bare fact and its instant. Reasons, persons and proposals stay inside. Pure. */
import type { HabilitationEvent, HappeningType } from './event.ts'

const told = {
  submitted: 'received',
  confirmed: 'granted',
  refused: 'refused',
  granted: 'permit-issued',
  withdrawn: 'withdrawn',
  lapsed: 'lapsed',
  appealed: 'appealed',
  lifted: 'resumed',
  revoked: 'revoked',
  restored: 'restored',
  amended: 'amended',
  amendmentRefused: 'amendment-refused',
  renounced: 'renounced',
  expired: 'expired',
  shredded: 'destroyed',
  resultsHandedIn: 'published',
} as const satisfies Partial<Record<HappeningType, string>>

export const publicFactNames = [
  ...Object.values(told),
  'appeal-upheld',
  'appeal-refused',
  'suspended',
  'suspended-in-part',
  'ended',
] as const
type PublicFactName = (typeof publicFactNames)[number]

export interface PublicFact {
  readonly fact: PublicFactName
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Oldest first. An end that time brought and that no event has noted yet is told like the others. */
export function publicFacts(
  events: readonly HabilitationEvent[],
  ended: number | null,
): readonly PublicFact[] {
  const facts = events.flatMap((event) => {
    const fact = factOf(event)
    return fact === null ? [] : [{ fact, at: new Date(event.at).toISOString() }]
  })
  if (ended === null) return facts
  const at = new Date(ended).toISOString()
  if (facts.some((one) => endings.has(one.fact) && one.at === at)) return facts
  return [...facts, { fact: 'ended' as const, at }].sort((a, b) => (a.at < b.at ? -1 : 1))
}

const endings: ReadonlySet<PublicFactName> = new Set([
  'withdrawn',
  'lapsed',
  'revoked',
  'renounced',
  'expired',
])

function factOf(event: HabilitationEvent): PublicFactName | null {
  switch (event.type) {
    case 'appealDecided':
      return event.upheld ? 'appeal-upheld' : 'appeal-refused'
    case 'revocationUpheld':
      return 'appeal-refused'
    case 'suspended':
    case 'lifted':
      return stopFact(event)
    default:
      return Object.hasOwn(told, event.type) ? told[event.type as keyof typeof told] : null
  }
}

/** A stop of one person is about that person, and nobody else's business. */
function stopFact({
  type,
  scope,
}: Extract<HabilitationEvent, { type: 'suspended' | 'lifted' }>): PublicFactName | null {
  if (scope.person !== undefined) return null
  if (type === 'lifted') return 'resumed'
  return scope.line === undefined ? 'suspended' : 'suspended-in-part'
}
