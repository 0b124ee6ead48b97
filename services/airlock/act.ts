/** One act on one release: nobody else acts meanwhile, who may see it is asked first, the entry is on disk before the row is. */
import type { Body } from '../audit/entry.ts'
import type { AuditLog } from '../audit/writer.ts'
import { insist } from '../habilitation/decide.ts'
import type { Granted, Rulebook } from '../habilitation/decision.ts'
import type { PermitKeys } from '../habilitation/keys.ts'
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Accounts, Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Receipt } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Turns } from '../kernel/turns.ts'
import type { QueryNeeds } from '../query/question.ts'
import type { ReleaseFiles } from './files.ts'
import type { Acted, ReleaseRegister } from './register.ts'
import type { Release } from './release.ts'
import { type Around, maySee } from './who.ts'

export interface AirlockNeeds {
  readonly accounts: Accounts
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Log
  readonly register: ReleaseRegister
  readonly files: ReleaseFiles
  readonly keys: Pick<PermitKeys, 'issuer' | 'publisher'>
  readonly permits: { current(project: string): Promise<CurrentPermit | null> }
  readonly rulebook: Rulebook
  /** Past queries are run again by the rules of every query. */
  readonly query: QueryNeeds
  /** Two releases of a project are compared with each other, whichever is asked first: one is looked at after the other. */
  readonly turns: Turns
}

export interface Acting {
  readonly release: Release
  readonly around: Around
  readonly now: number
  /** Durable when it resolves. */
  record(body: Body, sealed?: unknown): Promise<Receipt>
}

/** Carries out an act that writes at least one entry. Refusal NOT_FOUND, also for what this person may not see, then those of the act. */
export async function actOnRelease(
  needs: AirlockNeeds,
  { by, id }: { readonly by: Person; readonly id: string },
  act: (acting: Acting) => Promise<Release>,
): Promise<Acted> {
  const acted = await needs.register.change(id, async (release) => {
    const around = await aroundOf(needs, release)
    if (!maySee(by, release, around)) throw hidden()
    const now = needs.clock.now()
    let last: Receipt | undefined
    const record: Acting['record'] = async (body, sealed) => {
      const about = { by, project: release.project, ...(sealed !== undefined && { sealed }) }
      last = await needs.audit.append(body, about)
      return last
    }
    const after = await act({ release, around, now, record })
    if (last === undefined) throw new Error('an act on a release without an entry')
    return { release: { ...after, actedAt: now }, receipt: last }
  })
  if (acted === null) throw hidden()
  return acted
}

/** A release that this person may see, as it is now. Refusal NOT_FOUND. */
export async function findRelease(
  needs: AirlockNeeds,
  by: Person,
  id: string,
): Promise<{ readonly release: Release; readonly around: Around }> {
  const release = await needs.register.find(id)
  const around = release && (await aroundOf(needs, release))
  if (!(release && around && maySee(by, release, around))) throw hidden()
  return { release, around }
}

function hidden(): Refusal {
  return new Refusal('NOT_FOUND', { rule: 'airlock.release' })
}

/** The permit of a release as the register knows it now, and where its lead and its asker work. */
export async function aroundOf(
  { accounts, permits }: Pick<AirlockNeeds, 'accounts' | 'permits'>,
  { project, asker }: Pick<Release, 'project' | 'asker'>,
): Promise<Around> {
  const current = await permits.current(project)
  const people = await Promise.all(
    [asker, ...(current ? [current.lead] : [])].map((one) => accounts.find(one)),
  )
  return { current, organisations: people.flatMap((one) => (one ? [one.organisation] : [])) }
}

/** Whether the permit lets this person work on this project now. Throws the Refusal of the rule that says no. */
export function insistGranted(
  { clock, rulebook }: Pick<AirlockNeeds, 'clock' | 'rulebook'>,
  by: Person,
  asked: {
    readonly current: CurrentPermit | null
    readonly purpose?: string | undefined
    readonly objective?: string | undefined
    /** Those whose lines must be open. */
    readonly datasets?: readonly string[]
  },
): Granted {
  const { current, purpose, objective, datasets = [] } = asked
  const about = {
    ...(purpose !== undefined && { purpose }),
    ...(objective !== undefined && { objective }),
    ...(datasets.length > 0 && { datasets }),
  }
  return insist(rulebook.decide({ by, now: clock.now(), ...about }, current))
}

/** The version of a permit, as releases and entries name it. */
export function permitOf({
  permit: { base, version, sha256 },
}: Pick<CurrentPermit, 'permit'>): Release['permit'] {
  return { id: base, version, sha256 }
}

/** Persons that a cell rests on at least: the strictest of the policy and the lines of the permit. */
export function strictestK({ rulebook }: Pick<AirlockNeeds, 'rulebook'>, { current }: Around): number {
  return Math.max(rulebook.disclosure.k, ...(current?.permit.lines.map(({ k }) => k) ?? []))
}
