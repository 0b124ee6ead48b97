/**
 * Who may be answered, told a second time: a model of a permit that reads what took place and shares no code with the fold, the
 * lifetime, the permit or the rules. It knows the two clocks changes of a year and counts in calendar days of Paris by itself.
 */
import type { Happening } from '../../services/habilitation/event.ts'

export interface ModelQuery {
  readonly who: string
  readonly datasets: readonly string[]
  readonly purpose: string
  readonly objective: string
  readonly level: number
}

interface Terms {
  readonly persons: ReadonlyMap<string, string | null>
  readonly lines: readonly string[]
  readonly from: string
  readonly until: string
}

/** The terms of a body, as its writer meant them. */
export interface Body {
  readonly persons: readonly { readonly subject: string; readonly until?: string | undefined }[]
  readonly lines: readonly { readonly dataset: string }[]
  readonly accessPeriod: { readonly from: string; readonly until: string }
}

const HOUR_MS = 3_600_000
/** Proofs that are the person's own. */
const own = ['training', 'charter', 'workstation', 'affiliation'] as const

/** 00:00 in Paris: an hour behind UTC in winter, two from the last Sunday of March to the last of October. */
function midnight(day: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  const year = Number(day.slice(0, 4))
  const isSummer = utc > lastSunday(year, 3) && utc <= lastSunday(year, 10)
  return utc - (isSummer ? 2 : 1) * HOUR_MS
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 0))
  return last.getTime() - last.getUTCDay() * 24 * HOUR_MS
}

const dayAfter = (day: string) => new Date(Date.parse(day) + 24 * HOUR_MS).toISOString().slice(0, 10)

function termsOf({ persons, lines, accessPeriod }: Body, accepted: readonly string[]): Terms {
  return {
    persons: new Map(persons.map(({ subject, until }) => [subject, until ?? null])),
    lines: lines.map(({ dataset }) => dataset).filter((dataset) => accepted.includes(dataset)),
    ...accessPeriod,
  }
}

/** What was said of one person: her grant, and the words on it. */
interface Granted {
  state: 'invited' | 'validated' | 'active' | 'ended'
  lead: number
  manager: number
  asked?: { readonly at: number; readonly until: number }
}

/** The day in Paris of an instant. */
function dayOf(instant: number): string {
  const guess = new Date(instant + 2 * HOUR_MS).toISOString().slice(0, 10)
  return midnight(guess) > instant ? new Date(Date.parse(guess) - 1).toISOString().slice(0, 10) : guess
}

/** A word is good for 365 days, its own day the first. */
function aYearAfter(instant: number): number {
  return midnight(new Date(Date.parse(dayOf(instant)) + 365 * 24 * HOUR_MS).toISOString().slice(0, 10))
}

export class PermitModel {
  readonly #grants = new Map<string, Granted>()
  #asked: Body
  #amendment: Body | null = null
  #accepted = new Set<string>()
  #terms: Terms | null = null
  #signedAt = 0
  #whole = false
  readonly #stoppedLines = new Set<string>()
  readonly #stoppedPersons = new Set<string>()
  readonly #recalled = new Set<string>()
  #revoked = false
  #over = false
  /** By person and proof, the instant at which it ends. */
  readonly proofs = new Map<string, number>()

  /** Whether the node grants persons with the permit. */
  isByPermit = true

  constructor(asked: Body) {
    this.#asked = asked
  }

  /** Takes note of what took place; `asked` is the body of an amendment in hand. */
  note(happening: Happening, now: number, asked?: Body): void {
    if (happening.type === 'countersigned') this.#accepted.add(happening.line.dataset)
    if (happening.type === 'declined') this.#accepted.delete(happening.dataset)
    if (happening.type === 'granted') this.#sign(this.#asked, now)
    if (happening.type === 'amendmentAsked') this.#amendment = asked ?? null
    if (happening.type === 'amendmentRefused') this.#amendment = null
    if (happening.type === 'amended' && this.#amendment) {
      this.#asked = this.#amendment
      this.#amendment = null
      this.#sign(this.#asked, now)
    }
    this.#noteStop(happening)
    this.#notePerson(happening, now)
  }

  #notePerson(happening: Happening, now: number): void {
    if (happening.type === 'reviewAsked') {
      const until = midnight(dayAfter(happening.due))
      for (const grant of this.#grants.values())
        if (grant.state === 'active') grant.asked = { at: now, until }
    }
    if (!('person' in happening)) return
    const grant = this.#grants.get(happening.person.subject)
    if (grant === undefined) return
    if (happening.type === 'grantValidated') Object.assign(grant, { state: 'validated', manager: now })
    if (happening.type === 'grantIssued') Object.assign(grant, { state: 'active', lead: now })
    if (happening.type === 'grantEnded') grant.state = 'ended'
    if (happening.type === 'grantReviewed') grant[happening.as] = now
  }

  /** Whoever is new needs every proof at that moment; whoever is no longer named has ended. */
  #begin({ persons }: Body, now: number): void {
    for (const [who, grant] of this.#grants)
      if (!persons.some(({ subject }) => subject === who)) grant.state = 'ended'
    for (const { subject } of persons) {
      if ((this.#grants.get(subject)?.state ?? 'ended') !== 'ended') continue
      const isWhole = this.isByPermit && [...own, 'review'].every((proof) => this.#holds(subject, proof, now))
      this.#grants.set(subject, { state: isWhole ? 'active' : 'invited', lead: now, manager: 0 })
    }
  }

  #holds(who: string, proof: string, now: number): boolean {
    return now < (this.proofs.get(`${who} ${proof}`) ?? Infinity)
  }

  #isCleared(who: string, now: number): boolean {
    const grant = this.#grants.get(who)
    const isActive = grant?.state === 'active' && this.#isReviewed(who, grant, now)
    return isActive && own.every((proof) => this.#holds(who, proof, now))
  }

  #isReviewed(who: string, { lead, manager, asked }: Granted, now: number): boolean {
    const isSilent = (word: number) => asked !== undefined && word <= asked.at && now >= asked.until
    if (isSilent(lead) || isSilent(manager) || now >= aYearAfter(lead)) return false
    return (manager > 0 && now < aYearAfter(manager)) || this.#holds(who, 'review', now)
  }

  #noteStop(happening: Happening): void {
    if (happening.type === 'suspended') this.#mark(happening.scope, true)
    if (happening.type === 'lifted') this.#mark(happening.scope, false)
    if (happening.type === 'recalled') this.#recalled.add(happening.line)
    if (happening.type === 'noticed' || happening.type === 'revoked') this.#revoked = true
    if (happening.type === 'dismissed') this.#revoked = false
    if (['renounced', 'expired', 'closing', 'closed'].includes(happening.type)) this.#over = true
  }

  #mark(
    { line, person }: { line?: string | undefined; person?: { subject: string } | undefined },
    on: boolean,
  ): void {
    if (line !== undefined) on ? this.#stoppedLines.add(line) : this.#stoppedLines.delete(line)
    else if (person)
      on ? this.#stoppedPersons.add(person.subject) : this.#stoppedPersons.delete(person.subject)
    else this.#whole = on
  }

  #sign(body: Body, now: number): void {
    this.#begin(body, now)
    this.#terms = termsOf(body, [...this.#accepted])
    this.#signedAt = now
  }

  /** Whether this may be answered at this instant. */
  allows({ who, datasets, purpose, objective, level }: ModelQuery, now: number): boolean {
    const terms = this.#terms
    if (terms === null || this.#whole || this.#revoked || this.#over) return false
    const named = terms.persons.get(who)
    if (named === undefined || this.#stoppedPersons.has(who) || level < 2) return false
    // Permits count in whole seconds.
    const from = Math.floor(Math.max(midnight(terms.from), this.#signedAt) / 1000) * 1000
    const last = named !== null && named < terms.until ? named : terms.until
    if (now < from || now >= midnight(dayAfter(last))) return false
    if (!this.#isCleared(who, now)) return false
    if (purpose !== 'SNDS-III-6' || objective !== 'O1') return false
    return datasets.every(
      (name) => terms.lines.includes(name) && !this.#recalled.has(name) && !this.#stoppedLines.has(name),
    )
  }
}
