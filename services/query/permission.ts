/** What the permit and the policy say of a query at each moment that it matters, and what they said it from. */
import type { Kept } from '../audit/kept.ts'
import type { Bulle } from '../dataset/bulle.ts'
import { proofEnds } from '../habilitation/cleared.ts'
import { insist } from '../habilitation/decide.ts'
import type { Ask, Granted, Rulebook } from '../habilitation/decision.ts'
import type { CurrentPermit, Permit, PermitStanding } from '../habilitation/permit.ts'
import { permitText } from '../habilitation/signature.ts'
import type { Accounts, Person } from '../identity/person.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import { canonical } from '../kernel/hash.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Question } from './question.ts'
import type { Start } from './running.ts'

/**
 * All that one decision was made from. The permit and the rules are named by their hash and kept by content, so that the
 * decision can be made again from the log alone. It is sealed with the entry: it says who somebody is.
 */
export interface Basis extends Omit<Ask, 'by'> {
  readonly by: Omit<Person, 'displayName' | 'session'>
  /** Hash of the rules, and the name of the node that applied them. */
  readonly bundle: string
  readonly node: string
  /** SHA-256 of the permit; null where no such project exists. */
  readonly permit: string | null
  readonly standing?: PermitStanding
  readonly lead?: Actor
}

interface PermissionNeeds {
  readonly accounts: Pick<Accounts, 'find'>
  readonly bulles: { of(current: CurrentPermit): Promise<Bulle> }
  readonly clock: Clock
  readonly kept: Kept
  readonly permits: { current(project: string): Promise<CurrentPermit | null> }
  readonly rulebook: Rulebook
}

/** The decisions on one question, each on the permit as the register knows it at that moment. */
export class Permission {
  readonly #needs: PermissionNeeds
  readonly #by: Person
  readonly #asked: Pick<Question, 'project' | 'purpose' | 'objective'>
  #basis: Basis | undefined
  #begun: Permit | undefined
  #catalogue: string | undefined
  #permit: { readonly of: Permit; readonly sha256: string } | undefined
  #today: string | undefined

  constructor(
    needs: PermissionNeeds,
    by: Person,
    asked: Pick<Question, 'project' | 'purpose' | 'objective'>,
  ) {
    this.#needs = needs
    this.#by = by
    this.#asked = asked
  }

  /** May this person ask this, of these datasets once they are known, now? Throws the Refusal of the rule that says no. */
  async insist(datasets?: readonly string[]): Promise<Granted> {
    const { clock, permits, rulebook } = this.#needs
    const { project, purpose, objective } = this.#asked
    const by = await this.#asKnown()
    const current = this.#asBegun(await permits.current(project))
    const about = {
      now: clock.now(),
      ...(purpose === undefined ? {} : { purpose }),
      ...(objective === undefined ? {} : { objective }),
      ...(datasets === undefined ? {} : { datasets }),
    }
    this.#basis = {
      ...about,
      by: factsOf(by),
      bundle: rulebook.sha256,
      node: rulebook.node,
      ...(await this.#registered(current)),
    }
    this.#today ??= parisDay(about.now)
    return insist(rulebook.decide({ ...about, by }, current))
  }

  /** The extract that the statement is understood on. Refusal BULLE_NOT_READY while a line is being sealed. */
  async bulle({ current }: Granted): Promise<Bulle> {
    const bulle = await this.#needs.bulles.of(current)
    this.#catalogue = await this.#needs.kept.keep('catalogues', catalogueText(bulle))
    return bulle
  }

  /** SHA-256 of the catalogue of the extract, once it is known. */
  get catalogue(): string {
    if (this.#catalogue === undefined) throw new Error('the extract has not been asked for')
    return this.#catalogue
  }

  /** The day of the request: that of the first decision, however long the rest takes. */
  get today(): string {
    return this.#today ?? parisDay(this.#needs.clock.now())
  }

  /** What the next entry keeps of how it came to be. */
  get grounds(): { readonly basis?: Basis; readonly catalogue?: string; readonly today: string } {
    return {
      ...(this.#basis && { basis: this.#basis }),
      ...(this.#catalogue !== undefined && { catalogue: this.#catalogue }),
      today: this.today,
    }
  }

  /** Who came with a valid token, and once the question is under way, as the accounts know her now: a proof may have been ended since. */
  async #asKnown(): Promise<Person> {
    if (this.#begun === undefined) return this.#by
    const account = await this.#needs.accounts.find(this.#by)
    const { vouched: _vouched, versions: _versions, manager: _manager, ...session } = this.#by
    return { ...session, roles: [], proofs: {}, ...account }
  }

  /** A question goes on with the version that it began with: once another is in force, the rules say so. */
  #asBegun(current: CurrentPermit | null): CurrentPermit | null {
    if (current === null) return null
    this.#begun ??= current.permit
    return { ...current, permit: this.#begun }
  }

  async #registered(current: CurrentPermit | null): Promise<Pick<Basis, 'permit' | 'standing' | 'lead'>> {
    if (current === null) return { permit: null }
    const { permit, standing, lead } = current
    // The permit of a version never changes: it is looked at three times, and kept once.
    if (this.#permit?.of !== permit)
      this.#permit = { of: permit, sha256: await this.#needs.kept.keep('permits', permitText(permit)) }
    return { permit: this.#permit.sha256, standing, lead }
  }
}

function factsOf({ displayName: _, session: __, ...facts }: Person): Basis['by'] {
  return facts
}

/** The catalogue without the place of its files: what a text is understood from. */
function catalogueText(bulle: Bulle): string {
  const tables = bulle.tables.map((table) => ({ ...table, mount: { ...table.mount, file: '' } }))
  return canonical({ ...bulle, tables })
}

/** Who runs what, and until when: a query ends with what lets it run, as far as time alone ends it. */
export function startOf(
  { current }: Granted,
  by: Person,
  { project, signal }: Question,
): Omit<Start, 'id' | 'timeoutMs'> {
  const [first, ...others] = endsOf(current, by)
  const until = others.reduce((soonest, end) => (end.at < soonest.at ? end : soonest), first)
  return { project, by, until, ...(signal ? { client: signal } : {}) }
}

/** The permit, the part of the person in it, each proof, an emergency that waits; in the order in which the rules tell them. */
function endsOf(
  { permit, standing }: CurrentPermit,
  by: Person,
): readonly [Start['until'], ...Start['until'][]] {
  const own = permit.persons.filter((person) => samePerson(person, by)).map(({ exp }) => exp)
  const { selfSuspendsAt = Number.POSITIVE_INFINITY } = standing
  return [
    { at: selfSuspendsAt, code: 'SUSPENDED' },
    ...[permit.exp, ...own].map((exp) => ({ at: exp * 1000, code: 'EXPIRED' }) as const),
    ...proofEnds(by, standing.grants).map((at) => ({ at, code: 'PERSON_NOT_CLEARED' }) as const),
  ]
}
