/**
 * A habilitation as GA4GH visas (Passport 1.2, ControlledAccessGrants), for whoever must know of it elsewhere. A visa says what
 * `decide` says at the moment it is made and for an hour at most; this node never takes one of its own for a right.
 */

import { createPublicKey, randomUUID } from 'node:crypto'
import type { Audit } from '../audit/record.ts'
import { signCompact } from '../identity/jws.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { samePerson } from '../kernel/id.ts'
import { proofEnds } from './cleared.ts'
import type { Rulebook } from './decision.ts'
import { fold } from './fold.ts'
import type { PermitKeys } from './keys.ts'
import type { CurrentPermit } from './permit.ts'
import type { Permits } from './permits.ts'
import type { Registry } from './registry.ts'
import type { Authority } from './signature.ts'

export interface VisaNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly keys: PermitKeys
  readonly permits: Permits
  readonly registry: Registry
  readonly rulebook: Rulebook
  /** Where this node is reached, without a slash at the end. */
  readonly address: string
}

const visaTokenType = 'vnd.ga4gh.visa+jwt'
const lifetimeMs = 3_600_000

/** The name under which this node issues visas; its metadata are found below it, as those of any issuer (OpenID Discovery). */
export function visaIssuerAt(address: string): { readonly issuer: string; readonly jwks: string } {
  return { issuer: `${address}/visas`, jwks: `${address}/visas/jwks.json` }
}

/** Who signs visas, as those who check them know it. */
export function visaAuthority({ visas }: PermitKeys, address: string): Authority {
  const publicKeys = new Map([[visas.kid, createPublicKey(visas.privateKey)]])
  return { issuer: visaIssuerAt(address).issuer, publicKeys }
}

/**
 * One visa for each dataset of each project that the person may query at this very moment; none of what is suspended, ended,
 * not theirs, or beyond their session. Each is in the log, by its hash, before anybody has it.
 */
export async function issueVisas(needs: VisaNeeds, by: Person): Promise<readonly string[]> {
  const all = await needs.registry.list()
  const visas: string[] = []
  for (const project of all.flatMap(({ id, events }) => fold(id, events).project ?? [])) {
    const current = await needs.permits.current(project)
    for (const { dataset } of current?.permit.lines ?? []) {
      const visa = await visaOn(needs, { by, project, dataset })
      if (visa !== null) visas.push(visa)
    }
  }
  return visas
}

interface Asked {
  readonly by: Person
  readonly project: string
  readonly dataset: string
}

async function visaOn(needs: VisaNeeds, asked: Asked): Promise<string | null> {
  const grant = await allowed(needs, asked)
  if (grant === null) return null
  const { permit } = grant.current
  const visa = signVisa(needs, asked, grant)
  await needs.audit.append(
    {
      type: 'visa.issued',
      permit: { id: permit.base, version: permit.version, sha256: permit.sha256 },
      dataset: asked.dataset,
      sha256: sha256(visa),
      ...(grant.visas && { visas: [...grant.visas] }),
    },
    { by: asked.by, project: permit.base, holders: holdersOf(permit, asked.dataset) },
  )
  // Somebody may have stopped it while it was written down: then it stays in the log and goes nowhere.
  return (await allowed(needs, asked)) === null ? null : visa
}

function holdersOf({ lines }: CurrentPermit['permit'], dataset: string): readonly string[] {
  return lines.filter((line) => line.dataset === dataset).map(({ holder }) => holder)
}

interface Grant {
  readonly current: CurrentPermit
  /** Instants in ms. */
  readonly now: number
  readonly until: number
  /** Visas of others that the decision rests on. */
  readonly visas?: readonly string[]
}

/** A visa is for no purpose in particular: any one of the permit shows whether the person may ask. */
async function allowed(
  { clock, permits, rulebook }: VisaNeeds,
  { by, project, dataset }: Asked,
): Promise<Grant | null> {
  const [current, now] = [await permits.current(project), clock.now()]
  if (current === null) return null
  const [purpose] = current.permit.purposes
  const [objective] = current.permit.objectives
  const about = { ...(purpose && { purpose }), ...(objective && { objective: objective.id }) }
  const decision = rulebook.decide({ by, now, datasets: [dataset], ...about }, current)
  if (decision.effect === 'deny') return null
  const until = endOf(by, now, current)
  // What ends within the second would end with the second it begins in.
  const { visas } = decision
  return until < now + 1_000 ? null : { current, now, until, ...(visas && { visas }) }
}

function signVisa(
  { keys, address }: VisaNeeds,
  { by, dataset }: Asked,
  { current, now, until }: Grant,
): string {
  const { issuer: iss, jwks: jku } = visaIssuerAt(address)
  const { base, iat: asserted } = current.permit
  const payload = canonical({
    iss,
    // One issuer of sign-ins may call somebody as another calls somebody else.
    sub: `${by.issuer}:${by.subject}`,
    jti: randomUUID(),
    iat: Math.floor(now / 1_000),
    exp: Math.floor(until / 1_000),
    ga4gh_visa_v1: {
      type: 'ControlledAccessGrants',
      asserted,
      // Not the dataset alone: what is granted is what the permit says of it.
      value: `${address}/api/v1/projects/${base}#${dataset}`,
      source: address,
      by: 'dac',
    },
  })
  const { kid, privateKey } = keys.visas
  return signCompact({ payload, key: privateKey, kid, typ: visaTokenType, jku })
}

/** In ms: an hour, or the first end of anything that the decision rests on. */
function endOf(by: Person, now: number, { permit, standing }: CurrentPermit): number {
  const own = permit.persons.filter((person) => samePerson(person, by)).map(({ exp }) => exp * 1_000)
  const { selfSuspendsAt = Number.POSITIVE_INFINITY } = standing
  return Math.min(
    now + lifetimeMs,
    permit.exp * 1_000,
    selfSuspendsAt,
    ...own,
    ...proofEnds(by, standing.grants),
  )
}
