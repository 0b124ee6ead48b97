/** What opt-outs did to the extracts of a project: told to its lead, the DPO and the holders of its lines (governance.md 12). */
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Permits } from '../habilitation/permits.ts'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { appliedIn } from './applied.ts'
import { dueAt } from './exclusion.ts'
import type { Departing } from './generation.ts'
import { isKept } from './renewal.ts'
import type { Sealer } from './sealing.ts'

interface Change {
  /** Instant from which the extracts were without those who left, UTC. */
  readonly at: string
  readonly generation: number
  /** Of the list of opt-outs. */
  readonly version: number
  /** Persons who objected and were in the extracts, as a band: under k nothing but that, nobody included. */
  readonly removed: string
  readonly because: Departing
}

/** In one domain of the project. */
export interface OptOutEffect {
  readonly domain: string
  /** Version of the list that the extracts rest on. */
  readonly version: number
  /** `kept`: the permit leaves its open project as it is. */
  readonly state: 'applied' | 'waiting' | 'overdue' | 'kept'
  /** Of those that wait: the instant by which they take effect, whether they are many or not. */
  readonly by?: string
  readonly changes: readonly Change[]
}

export async function effectsOn(
  { optOuts, extracts, clock }: Pick<Sealer, 'optOuts' | 'extracts' | 'clock'>,
  current: CurrentPermit,
): Promise<readonly OptOutEffect[]> {
  const project = current.permit.base
  const generation = await extracts.generation(project)
  const sealed = await extracts.list(project)
  const domains = [...new Set(sealed.map(({ extract }) => extract.domain))].sort()
  const effects: OptOutEffect[] = []
  for (const domain of domains) {
    const applied = appliedIn(sealed, generation, domain)
    if (applied === undefined) continue
    const due = optOuts && dueAt(await optOuts.list(domain), applied)
    const changes = generation.changes
      .filter((one) => one.domain === domain)
      .map(({ domain: _, at, ...change }) => ({ ...change, at: new Date(at).toISOString() }))
    const state = stateOf(current, due, clock.now())
    const isDue = due !== undefined && state !== 'kept'
    effects.push({
      ...{ domain, version: applied.version, state, changes },
      ...(isDue && { by: new Date(due).toISOString() }),
    })
  }
  return effects
}

function stateOf(current: CurrentPermit, due: number | undefined, now: number): OptOutEffect['state'] {
  if (due === undefined) return 'applied'
  if (isKept(current)) return 'kept'
  return due <= now ? 'overdue' : 'waiting'
}

export interface ShownEffects {
  readonly project: string
  readonly mode: 'strict' | 'ehds71_3'
  readonly domains: readonly OptOutEffect[]
}

interface EffectNeeds {
  readonly permits: Pick<Permits, 'current'>
  readonly bulles: { optOuts(current: CurrentPermit): Promise<readonly OptOutEffect[]> }
}

/** Refusal NOT_FOUND for everybody but the lead, the DPO and the holders of the lines, as for a project that does not exist. */
export async function readEffects(
  { permits, bulles }: EffectNeeds,
  by: Person,
  project: string,
): Promise<ShownEffects> {
  const current = await permits.current(project)
  if (current === null || !mayRead(by, current)) throw new Refusal('NOT_FOUND')
  const mode = isKept(current) ? 'ehds71_3' : 'strict'
  return { project, mode, domains: await bulles.optOuts(current) }
}

function mayRead(by: Person, { permit, lead }: CurrentPermit): boolean {
  if (by.roles.includes('dpo')) return true
  if (by.issuer === lead.issuer && by.subject === lead.subject) return true
  return by.roles.includes('holder') && permit.lines.some(({ holder }) => holder === by.organisation)
}
