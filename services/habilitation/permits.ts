/** The permit in force of each project, verified: what every query is decided on. */
import type { KeyObject } from 'node:crypto'
import type { ProofRules } from '../identity/proof-rules.ts'
import { keepNewest } from '../kernel/newest.ts'
import { fold } from './fold.ts'
import type { PermitKeys } from './keys.ts'
import { standingOf } from './lifetime.ts'
import type { CurrentPermit, Permit, PermitLine } from './permit.ts'
import type { Registry } from './registry.ts'
import type { Stored } from './rows.ts'
import { invalid, isSigned, openPermit } from './signature.ts'

export interface Permits {
  /**
   * The newest version of a project with the word of the register on it, read now: a suspension that was answered is seen.
   * Null when there is no such project. Refusal PERMIT_INVALID when what is stored was not signed by the authority for this project.
   */
  current(project: string): Promise<CurrentPermit | null>
}

interface Verified {
  readonly permit: Permit
  /** Lines that bear the signature of their holder; the others are closed, whatever the register says. */
  readonly lines: readonly PermitLine[]
}

/** Projects whose permit is kept as it was read. */
const mostFolded = 1_000

export function openPermits(needs: {
  readonly registry: Registry
  readonly keys: PermitKeys
  /** How long a review lasts; a year without them. */
  readonly rules?: ProofRules | undefined
}): Permits {
  const { registry, keys, rules } = needs
  // Events are only ever added: as many events of one request are the same events.
  const folded = new Map<
    string,
    { readonly events: number; readonly jws: string; readonly current: CurrentPermit }
  >()
  return {
    async current(project) {
      const found = await registry.ofProject(project)
      if (found === null) return null
      const { id, events, jws } = found
      const last = folded.get(project)
      if (last?.events === events && last.jws === jws) return last.current
      const known = await verify(jws, keys)
      // Signed for another project, it says nothing of this one, whose suspension and revocation it would not know.
      if (known.permit.base !== project) throw invalid('project')
      const stored = await registry.read(id)
      if (stored === null) return null
      const current = currentOf(stored, known, rules)
      folded.delete(project)
      folded.set(project, { events: stored.events.length, jws, current })
      keepNewest(folded, mostFolded)
      return current
    },
  }
}

async function verify(jws: string, keys: PermitKeys): Promise<Verified> {
  const permit = openPermit(jws, keys)
  const signers = await Promise.all(permit.lines.map(({ holder }) => keys.holderPublicKeys(holder)))
  const none: ReadonlyMap<string, KeyObject> = new Map()
  return { permit, lines: permit.lines.filter((line, i) => isSigned(line, signers[i] ?? none)) }
}

function currentOf(
  { id, events }: Stored,
  { permit, lines }: Verified,
  rules: ProofRules | undefined,
): CurrentPermit {
  const habilitation = fold(id, events)
  const { issuer, subject } = habilitation.lead
  return { permit, standing: standingOf(habilitation, lines, rules), lead: { issuer, subject } }
}
