/** Plays the cases of the vocabularies and of the rules, each by the code that decides in earnest. Pure. */
import { parisDay, startOfParisDay } from '../kernel/clock.ts'
import { routeFacts } from './around.ts'
import type { CaseBase } from './case-base.ts'
import { clocksOf, regimeOf } from './clocks.ts'
import { missing } from './completeness.ts'
import { dueOf } from './durations.ts'
import type { Happening } from './event.ts'
import { fold } from './fold.ts'
import { commandNames, may, mayChangeRules, mayEver, type Powers, states } from './matrix.ts'
import { lackingOpinions, opinionsOf } from './opinions.ts'
import { type QueryCase, questionOf, wordOf } from './query-cases.ts'
import { type Body, mergePatch, patched } from './request.ts'
import { retentionFault } from './retention-class.ts'
import type { OpenRulebook } from './rulebook.ts'
import {
  type ClockEntry,
  type RequestCase,
  type RetentionEntry,
  type RoleEntry,
  type Vocabularies,
  type VocabularyName,
  vocabularyNames,
} from './vocabulary.ts'

/** One case with what came of it. */
export interface Played {
  /** Path in the bundle. */
  readonly file: string
  /** The entry, rule or number that it is about. */
  readonly entry: string
  /** Its place among the cases of that entry, from 1, or its own title. */
  readonly title: string
  readonly expected: string
  readonly found: string
}

export function isHeld({ expected, found }: Played): boolean {
  return expected === found
}

type Verdict = 'allow' | 'deny'
const verdict = (isAllowed: boolean): Verdict => (isAllowed ? 'allow' : 'deny')

/** Every case of every vocabulary. */
export function playVocabularies(vocabularies: Vocabularies, base: CaseBase): readonly Played[] {
  return vocabularyNames.flatMap((name) => playVocabulary(name, vocabularies, base))
}

/** Every case of one vocabulary, beside the others as they are. */
export function playVocabulary(
  name: VocabularyName,
  vocabularies: Vocabularies,
  base: CaseBase,
): readonly Played[] {
  switch (name) {
    case 'clocks':
      return played(name, vocabularies.clocks, playClock)
    case 'retention':
      return played(name, vocabularies.retention, playRetention)
    case 'roles':
      return played(name, vocabularies.roles, playRole)
    default:
      return vocabularies[name].flatMap(({ code, cases }) =>
        cases.map((one, i) => ({ ...named(name, code, i), ...playRequest(one, { vocabularies, base }) })),
      )
  }
}

function named(name: VocabularyName, entry: string, i: number) {
  return { file: `vocabulary/${name}.json`, entry, title: String(i + 1) }
}

interface Tried<Given> {
  readonly code: string
  readonly cases: readonly { readonly given: Given; readonly expect: Verdict }[]
}

function played<Given, Of extends Tried<Given>>(
  name: VocabularyName,
  entries: readonly (Of & Tried<Given>)[],
  play: (entry: Of, given: Given) => Verdict,
): readonly Played[] {
  return entries.flatMap((entry) =>
    entry.cases.map(({ given, expect }, i) => ({
      ...named(name, entry.code, i),
      expected: expect,
      found: play(entry, given),
    })),
  )
}

interface Around {
  readonly vocabularies: Vocabularies
  readonly base: CaseBase
}

/** A denied request must lack what the case says, whatever else it lacks. */
function playRequest(one: RequestCase, around: Around): Pick<Played, 'expected' | 'found'> {
  const { expect, path = '' } = one
  const paths = lacking(one, around)
  const found = paths.length === 0 ? 'allow' : `deny: ${paths.includes(path) ? path : paths}`
  return { expected: expect === 'allow' ? 'allow' : `deny: ${path}`, found }
}

function lacking(
  { given, at, opinions, question }: RequestCase,
  { vocabularies, base }: Around,
): readonly string[] {
  const body = patched({}, mergePatch(base.request, given))
  const now = at === undefined ? base.today : startOfParisDay(at)
  const around = { vocabularies, facts: base.facts, today: parisDay(now) }
  const awaited = opinionsOf(routeFacts(body, around))
  return [
    ...missing(body, around, () => null).map((one) => one.path),
    ...(opinions ? lackingOpinions(awaited, opinions).map(({ role }) => `opinions.${role}`) : []),
    ...(question && !isPaused(body, { vocabularies, now }) ? ['clocks'] : []),
  ]
}

/** Whether the clock of the assessment stands still while a question waits for its answer. */
function isPaused(
  request: Body,
  { vocabularies, now: at }: { vocabularies: Vocabularies; now: number },
): boolean {
  const lead = { issuer: '', subject: '', organisation: '' }
  const told: readonly Happening[] = [
    { type: 'opened', lead, request },
    { type: 'submitted' },
    { type: 'completed' },
    { type: 'questioned', items: [] },
  ]
  const assessed = fold(
    '',
    told.map((happening) => ({ v: 1, at, by: null, ...happening })),
  )
  const running = clocksOf(assessed, regimeOf(request, vocabularies), at + 1)
  return running.every(({ suspendedAt }) => suspendedAt !== undefined)
}

function playClock(
  { facts }: ClockEntry,
  { from, at, extended }: ClockEntry['cases'][number]['given'],
): Verdict {
  return verdict(Date.parse(at) <= dueOf(facts, Date.parse(from), extended))
}

function playRetention({ facts }: RetentionEntry, given: RetentionEntry['cases'][number]['given']): Verdict {
  return verdict(retentionFault(facts, given) === null)
}

function playRole(entry: RoleEntry, given: RoleEntry['cases'][number]['given']): Verdict {
  const [roles, held] = [[entry], [entry.code]]
  if ('opens' in given) return verdict(mayEver(roles, held, 'opening'))
  if ('rules' in given) return verdict(mayChangeRules(roles, held, given.rules))
  const named = 'commands' in given ? given.commands : given.besides
  const isNamed = (command: string, state: string) =>
    (named as Readonly<Record<string, readonly string[] | undefined>>)[command]?.includes(state) ?? false
  const wanted = 'commands' in given
  const cells = commandNames.flatMap((command) => states.map((state) => ({ command, state })))
  const tried = cells.filter(({ command, state }) => isNamed(command, state) === wanted)
  const allowed = tried.map((cell) => may(roles as readonly Powers[], { held, ...cell }))
  // All that a case names must be allowed; nothing besides what it names may be.
  return verdict(wanted ? allowed.every(Boolean) : allowed.some(Boolean))
}

/** Every case of the rules of queries: the answer, and that it came from the rule that the case is about. */
export function playQueries(
  rules: Pick<OpenRulebook, 'decide' | 'policies'>,
  cases: readonly QueryCase[],
  base: CaseBase,
): readonly Played[] {
  return cases.map((one) => {
    const { ask, current } = questionOf(one, base)
    const decision = rules.decide(ask, current)
    const code = rules.policies.find(({ id }) => id === one.rule)?.annotations.code
    const isAbout = decision.effect === 'deny' && one.expect === code
    const by = isAbout && decision.rule !== one.rule ? ` (${decision.rule})` : ''
    return {
      file: 'cases/query.json',
      entry: one.rule,
      title: one.title,
      expected: one.expect,
      found: wordOf(decision) + by,
    }
  })
}
