/** What people read of requests and projects. Hidden and unknown are the same answer. */
import type { Person } from '../identity/person.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Certificate, openCertificate } from './certificate.ts'
import { mayView } from './decide.ts'
import { isApplicant } from './dossier-view.ts'
import { fold } from './fold.ts'
import { audiencesOf, seenOf } from './form/seen.ts'
import { operatorOf, type PermitKeys } from './keys.ts'
import { stateAt } from './lifetime.ts'
import { roleRefusal, type State } from './matrix.ts'
import type { CurrentPermit } from './permit.ts'
import type { Permits } from './permits.ts'
import { type PastQuery, type Rechecked, recheck } from './recheck.ts'
import type { Registry } from './registry.ts'
import type { Body } from './request.ts'
import type { Habilitation } from './state.ts'
import { bodiesOf, factsFor, type GatherNeeds, gather } from './surroundings.ts'
import { type HabilitationView, type LineView, maySee, view } from './view.ts'

export interface ReadNeeds extends GatherNeeds {
  readonly clock: Clock
  readonly registry: Registry
}

/** The request as this person may see it. Refusal NOT_FOUND. */
export async function readHabilitation(needs: ReadNeeds, by: Person, id: string): Promise<HabilitationView> {
  const stored = await needs.registry.read(id)
  const seen = stored && (await viewFor(needs, by, fold(stored.id, stored.events)))
  if (!seen) throw new Refusal('NOT_FOUND')
  return seen
}

/** The body of a request as this person may read it, to begin another with. Refusal NOT_FOUND. */
export async function readBody(needs: ReadNeeds, by: Person, id: string): Promise<Body> {
  const stored = await needs.registry.read(id)
  const habilitation = stored && fold(stored.id, stored.events)
  if (!habilitation || (await viewFor(needs, by, habilitation)) === null) throw new Refusal('NOT_FOUND')
  const { request } = habilitation
  return isApplicant(habilitation, by) ? request : seenOf(request, audiencesOf(by))
}

/** All that this person may see, the newest first. */
export async function listHabilitations(needs: ReadNeeds, by: Person): Promise<readonly HabilitationView[]> {
  const all = await needs.registry.list()
  const views: HabilitationView[] = []
  for (const { id, events } of all) {
    const seen = await viewFor(needs, by, fold(id, events))
    if (seen) views.push(seen)
  }
  return views
}

async function viewFor(
  needs: ReadNeeds,
  by: Person,
  habilitation: Habilitation,
): Promise<HabilitationView | null> {
  const now = needs.clock.now()
  const { facts, missingOf, accountOf } = await gather(needs, bodiesOf(habilitation), now)
  if (!maySee(habilitation, { by, facts, accountOf })) return null
  const { vocabularies, persons: rules } = needs.rulebook
  const missing = missingOf(habilitation.request)
  return view(habilitation, { by, now, facts, vocabularies, missing, accountOf, rules })
}

export interface CertificateView {
  readonly jws: string
  readonly sha256: string
  /** What was signed. */
  readonly certificate: Certificate
  readonly attested: NonNullable<HabilitationView['certificate']>['attested']
}

/** The destruction certificate of a request that this person may see. Refusal NOT_FOUND, also while there is none. */
export async function readCertificate(
  needs: ReadNeeds & { readonly keys: PermitKeys },
  by: Person,
  id: string,
): Promise<CertificateView> {
  const seen = await readHabilitation(needs, by, id)
  const stored = await needs.registry.read(id)
  const signed = stored && fold(id, stored.events).certificate
  if (!signed || seen.certificate === null) throw new Refusal('NOT_FOUND', { rule: 'certificate.none' })
  const { jws, sha256 } = signed
  const content = openCertificate(jws, operatorOf(needs.keys))
  return { jws, sha256, certificate: content, attested: seen.certificate.attested }
}

const recheckers = ['dpo', 'authority'] as const

/**
 * Past queries of a project that would be refused under the amendment in hand or, without one, under the version in force.
 * Refusals: ROLE for anybody but the DPO and the authority, NOT_FOUND.
 */
export async function recheckPast(
  needs: ReadNeeds & { readonly past: (project: string) => Promise<readonly PastQuery[]> },
  by: Person,
  id: string,
): Promise<readonly Rechecked[]> {
  if (!recheckers.some((role) => by.roles.includes(role))) throw roleRefusal('recheck.reader', recheckers)
  const stored = await needs.registry.read(id)
  const habilitation = stored && fold(id, stored.events)
  if (!habilitation?.project) throw new Refusal('NOT_FOUND')
  const facts = await factsFor(needs, bodiesOf(habilitation).bodies)
  const body = habilitation.amendment?.request ?? habilitation.request
  return recheck(await needs.past(habilitation.project), { body, facts, closed: habilitation.closedLines })
}

export interface ProjectNeeds {
  readonly clock: Clock
  readonly permits: Permits
  readonly registry: Registry
}

/** What is granted; the dataset room adds the state of the extract. */
export interface ProjectView {
  readonly id: string
  readonly title: string
  /** The state of the permit, computed now. */
  readonly status: State
  readonly route: string
  readonly purposes: readonly string[]
  readonly objectives: readonly { readonly id: string; readonly label: string }[]
  readonly permit: {
    readonly id: string
    readonly version: number
    readonly sha256: string
    readonly jws: string
  }
  readonly lines: readonly {
    readonly id: string
    readonly dataset: string
    readonly holder: string
    readonly state: LineView['state']
  }[]
  readonly habilitation: string
  /** First and last day of access, in Paris. */
  readonly from: string
  readonly until: string
  /** The instant at which access ends, UTC ISO 8601. */
  readonly endsAt: string
}

/** A project that this person may see. Refusal NOT_FOUND, the same for one that does not exist. */
export async function readProject(needs: ProjectNeeds, by: Person, project: string): Promise<ProjectView> {
  const current = await needs.permits.current(project)
  if (current === null || !mayView(by, current)) throw new Refusal('NOT_FOUND')
  const { permit, standing } = current
  const stored = await needs.registry.read(permit.request.id)
  if (stored === null) throw new Refusal('NOT_FOUND')
  const status = stateAt(fold(stored.id, stored.events), needs.clock.now())
  const lineState = (id: string): LineView['state'] => {
    if (standing.suspendedLines.includes(id)) return 'suspended'
    return standing.openLines.includes(id) && status === 'active' ? 'open' : 'closed'
  }
  return {
    id: permit.base,
    title: permit.title,
    status,
    route: permit.route,
    purposes: permit.purposes,
    objectives: permit.objectives,
    permit: { id: permit.jti, version: permit.version, sha256: permit.sha256, jws: permit.jws },
    lines: permit.lines.map(({ id, dataset, holder }) => ({ id, dataset, holder, state: lineState(id) })),
    habilitation: permit.request.id,
    from: parisDay(permit.nbf * 1000),
    until: parisDay(permit.exp * 1000 - 1),
    endsAt: new Date(permit.exp * 1000).toISOString(),
  }
}

/** For what is one's own in a project: a stranger meets NO_HABILITATION, the same for a project that does not exist. */
export async function insistVisible(
  { permits }: Pick<ProjectNeeds, 'permits'>,
  by: Person,
  project: string,
): Promise<CurrentPermit> {
  const current = await permits.current(project)
  if (current === null || !mayView(by, current)) {
    throw new Refusal('NO_HABILITATION', { rule: 'no-habilitation' })
  }
  return current
}

/** The projects that this person may see, the newest first. */
export async function listProjects(needs: ProjectNeeds, by: Person): Promise<readonly ProjectView[]> {
  const all = await needs.registry.list()
  const granted = all.flatMap(({ id, events }) => fold(id, events).project ?? [])
  const views: ProjectView[] = []
  for (const project of granted) {
    const current = await needs.permits.current(project)
    if (current !== null && mayView(by, current)) views.push(await readProject(needs, by, project))
  }
  return views
}
