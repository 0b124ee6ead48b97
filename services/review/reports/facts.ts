/** What reports are made of, as it stood at the end of their period. Counts are of what happened in it. */
import type { Descriptor } from '../../dataset/descriptor.ts'
import type { HabilitationEvent, HappeningType } from '../../habilitation/event.ts'
import { endOf } from '../../habilitation/lifetime.ts'
import type { State } from '../../habilitation/matrix.ts'
import type { Habilitation } from '../../habilitation/state.ts'
import type { Entry, Vocabularies } from '../../habilitation/vocabulary.ts'
import type { Organisation } from '../../identity/accounts.ts'
import type { Account } from '../../identity/person.ts'
import { parisDay } from '../../kernel/clock.ts'
import { type Actor, samePerson } from '../../kernel/id.ts'
import { type Language, say } from '../../kernel/text.ts'
import type { MonthlyEntries } from '../../store/audit-figures.ts'
import { clocksOfIncident, type Incident, type RunningClock } from '../incident.ts'
import type { ReportPeriod } from './period.ts'
import type { Cell } from './report.ts'

export interface RequestFacts {
  readonly habilitation: Habilitation
  /** Until the end of the period, oldest first. */
  readonly events: readonly HabilitationEvent[]
  readonly state: State
}

export interface ReportFacts {
  readonly node: string
  readonly language: Language
  readonly period: ReportPeriod
  /** The instant whose state is told, in ms: the end of the period, or now. */
  readonly at: number
  /** Those that were submitted by then, oldest first. */
  readonly requests: readonly RequestFacts[]
  readonly accounts: readonly Account[]
  readonly organisations: readonly Organisation[]
  readonly datasets: readonly Descriptor[]
  /** Of the log, in the period. */
  readonly entries: readonly MonthlyEntries[]
  /** Questions that were let through, by dataset, in the period. */
  readonly questions: ReadonlyMap<string, number>
  /** The whole register of incidents, the newest first. */
  readonly incidents: readonly Incident[]
  readonly vocabularies: Vocabularies
}

/** A word of the reports in their language. */
export type Word = (key: string, given?: Readonly<Record<string, string | number>>) => string

export function wordsOf(language: Language): Word {
  return (key, given = {}) => say(language, { key: `report.${key}`, with: given })
}

/** A state in the words of the public register. */
export function stateWord(state: State, language: Language): string {
  return say(language, { key: `register.state.${state}` })
}

/** Entries of the log of one type in the period. */
export function counted({ entries }: Pick<ReportFacts, 'entries'>, type: string): number {
  return entries.reduce((sum, one) => (one.type === type ? sum + one.entries : sum), 0)
}

/** Events of one kind in the period, of all requests. */
export function happened({ requests, period }: ReportFacts, type: HappeningType): number {
  return requests.reduce((sum, one) => sum + happenedTo(one, period, type), 0)
}

export function happenedTo({ events }: RequestFacts, period: ReportPeriod, type: HappeningType): number {
  return events.filter((event) => event.type === type && isIn(period, event.at)).length
}

export function isIn({ start, end }: ReportPeriod, instant: number | undefined): boolean {
  return instant !== undefined && instant >= start && instant < end
}

/** Incidents that were detected in the period, oldest first. */
export function incidentsOf({ incidents, period }: ReportFacts): readonly Incident[] {
  return incidents.filter(({ detectedAt }) => isIn(period, detectedAt)).reverse()
}

/** The clocks of an incident at the end of the period. */
export function clocksAt({ vocabularies, at }: ReportFacts, incident: Incident): readonly RunningClock[] {
  return clocksOfIncident(incident, { vocabularies, now: at })
}

/** When access began and ended, or will: ms; null where nothing was granted. */
export function accessOf({ habilitation }: RequestFacts, at: number): { from: number; to: number } | null {
  const [first] = habilitation.permits
  const last = habilitation.permits.at(-1)
  if (first === undefined || last === undefined) return null
  return { from: first.nbf * 1000, to: endOf(habilitation, at) ?? last.exp * 1000 }
}

/** The requests whose permit gave access on some day of the period. */
export function granted(facts: ReportFacts): readonly RequestFacts[] {
  const { period, at } = facts
  return facts.requests.filter((one) => {
    const access = accessOf(one, at)
    return access !== null && access.from < period.end && access.to > period.start
  })
}

export function organisationName({ organisations }: Pick<ReportFacts, 'organisations'>, id: string): string {
  return organisations.find((one) => one.id === id)?.name ?? id
}

export function accountOf({ accounts }: Pick<ReportFacts, 'accounts'>, of: Actor): Account | undefined {
  return accounts.find((account) => samePerson(account, of))
}

/** Names of the accounts that hold a role; null where nobody does. */
export function holding({ accounts }: Pick<ReportFacts, 'accounts'>, role: Account['roles'][number]): Cell {
  const names = accounts.filter(({ roles }) => roles.includes(role)).map(({ displayName }) => displayName)
  return names.length === 0 ? null : names.join(' ; ')
}

/** The label of a code in the language of the report, with the code; the code alone where no entry has it. */
export function labelled(entries: readonly Entry[], code: string, language: Language): string {
  const entry = entries.find((one) => one.code === code)
  return entry === undefined ? code : `${code} ${entry[language]}`
}

export function purposes({ vocabularies }: Pick<ReportFacts, 'vocabularies'>): readonly Entry[] {
  return [...vocabularies['purposes-snds'], ...vocabularies['purposes-ehds']]
}

/** How often each value occurs, by value. */
export function tally(values: readonly string[]): readonly (readonly [value: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The mean to one decimal; null of nothing. */
export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 10) / 10
}

export const dayOf = (instant: number | undefined): Cell => (instant === undefined ? null : parisDay(instant))
/** What a person wrote, or nothing. */
export const written = (text: string | undefined): Cell =>
  text === undefined || text.trim() === '' ? null : text
