/**
 * A command carried out: in its turn the state is folded, the command decided, each event recorded in the audit log, then stored with
 * the number of its entry, then its effects begin.
 */
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { command, holdersOf, type Later } from './command.ts'
import { effectsOf } from './consequence.ts'
import type { Documents } from './documents.ts'
import type { HabilitationEvent, Happening } from './event.ts'
import { datasetOf, entryOf } from './evidence.ts'
import { fold } from './fold.ts'
import type { Given, GrantPolicy, Outcome } from './guard.ts'
import type { PermitKeys } from './keys.ts'
import { endSessions } from './leaving.ts'
import { stateAt } from './lifetime.ts'
import type { Effects } from './lines.ts'
import type { Permits } from './permits.ts'
import type { ReadNeeds } from './read.ts'
import { type Decided, recordAct } from './recording.ts'
import type { NextNumber } from './registry.ts'
import type { Stored } from './rows.ts'
import type { Habilitation } from './state.ts'
import { bodiesOf, gather, signingFor } from './surroundings.ts'
import { maySee } from './view.ts'

export interface ActNeeds extends ReadNeeds {
  readonly audit: Audit
  readonly permits: Permits
  readonly effects: Effects
  readonly keys: PermitKeys
  readonly documents: Documents
  /** How persons are granted here. */
  readonly grants: GrantPolicy
  /** This node as its permits name it, and the prefix of the ids it gives, such as `FR-NOR`. */
  readonly authority: { readonly node: string; readonly prefix: string }
}

/** Who asks what of a request; `asSystem` when time or the house does, and no person. */
export interface Asking {
  readonly by: Person
  readonly asked: Later
  readonly asSystem?: boolean
}

/**
 * One command on one request, start to end. When it resolves, entry and row are durable and the effects have begun. Refusals:
 * NOT_FOUND, also for one that this person may not read, then those of `command`.
 */
export async function change(needs: ActNeeds, id: string, asking: Asking): Promise<void> {
  let done: Outcome = { happenings: [] }
  let project: string | undefined
  let passed: { readonly before: Habilitation; readonly after: Habilitation } | undefined
  const found = await needs.registry.change(id, async (stored, next) => {
    const before = fold(id, stored.events)
    const given = await givenFor(needs, before, { ...asking, next })
    if (isHidden(before, asking, given)) throw new Refusal('NOT_FOUND')
    done = command(before, asking.asked, given)
    project = done.permit?.base ?? before.project
    const decided = decidedOf(stored, { given, outcome: done, asked: asking.asked })
    await recordAct(needs, stored, decided)
    passed = { before, after: fold(id, [...stored.events, ...decided.steps.map(({ event }) => event)]) }
  })
  if (!found) throw new Refusal('NOT_FOUND')
  if (project !== undefined) await effectsOf(needs, project, done.happenings)
  if (passed !== undefined) await endSessions(needs, passed.before, passed.after)
}

/** Who may not read it learns from a refusal no more than from a GET: not that it exists. */
function isHidden(before: Habilitation, { asSystem }: Asking, { by, facts, grants }: Given): boolean {
  return !asSystem && !maySee(before, { by, facts, accountOf: grants.accountOf })
}

async function givenFor(
  needs: ActNeeds,
  before: Habilitation,
  { by, asked, asSystem, next }: Asking & { next: NextNumber },
): Promise<Given & { asSystem: boolean }> {
  const now = needs.clock.now()
  const { facts, missingOf, accountOf } = await gather(needs, bodiesOf(before, asked), now)
  const { vocabularies, persons: rules } = needs.rulebook
  const signing = await signingFor(needs.keys, facts)
  return {
    asSystem: asSystem ?? false,
    by,
    now,
    vocabularies,
    grants: { policy: needs.grants, rules, accountOf },
    facts,
    missingOf,
    signing,
    node: needs.authority.node,
    issuer: needs.keys.issuer,
    policyHash: needs.rulebook.sha256,
    base: before.project ?? (asked.type === 'acceptance' ? await nextBase(needs, now, next) : ''),
  }
}

/** Such as FR-NOR-2026-000042. The number is given back when the command is refused after all. */
async function nextBase({ authority }: ActNeeds, now: number, next: NextNumber): Promise<string> {
  const year = parisDay(now).slice(0, 4)
  return `${authority.prefix}-${year}-${String(await next(`permit/${year}`)).padStart(6, '0')}`
}

interface ToRecord {
  readonly given: Given
  readonly outcome: Outcome
  readonly asked: Later
}

/** One entry per event; the texts of the command go sealed beside the first. */
function decidedOf({ id, events }: Stored, { given, outcome, asked }: ToRecord): Decided {
  const { by, now } = given
  const { issuer, subject, organisation } = by
  const actor = 'asSystem' in given && given.asSystem ? null : { issuer, subject, organisation }
  const known = [...events]
  const steps = outcome.happenings.map((happening) => {
    const event: HabilitationEvent = { v: 1, at: now, by: actor, ...happening }
    known.push(event)
    const after = fold(id, known)
    const { project } = after
    const about = {
      ...(project !== undefined && { project }),
      holders: holdersConcerned(after, happening, given),
    }
    return { event, entry: entryOf(happening, { habilitation: id, state: stateAt(after, now) }), about }
  })
  return { by, asked, steps, permit: outcome.permit }
}

/** The holder of the line that an event is about, or all of them. */
function holdersConcerned(after: Habilitation, happening: Happening, given: Given): readonly string[] {
  const dataset = datasetOf(happening)
  if (dataset === undefined) return holdersOf(after, given)
  return [given.facts.get(dataset)?.holder ?? []].flat()
}
