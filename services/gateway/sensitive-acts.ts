/** The calls that weigh on others (security.md 5.2), as data: their session must have proved who she is by two factors, lately. */
import type { Request } from 'express'
import type { Person } from '../identity/person.ts'
import { floors, insistOnFloor } from '../identity/step-up.ts'
import type { House } from './house.ts'
import { sessionCookieOf } from './session-cookie.ts'

const commands = [
  'opinions',
  'countersignatures',
  'decision',
  'confirmation',
  'appeal-decision',
  'lift',
  'revocation',
  'dismissal',
  'grant-validation',
  'grant-issue',
  'closure',
  'attestation',
] as const

/** By the names that routes have. */
export const sensitiveActs: ReadonlySet<string> = new Set([
  ...commands.map((command) => `POST /api/v1/habilitations/{id}/${command}`),
  'POST /api/v1/audit/entries/{shard}/{seq}/opening',
  'GET /api/v1/audit/export',
  'POST /api/v1/policies/proposals',
  'POST /api/v1/policies/proposals/{sha256}/approval',
  'POST /api/v1/proofs',
  'POST /api/v1/me/identities/unlinking',
])

/**
 * ASSURANCE_TOO_LOW, with the address that leads on, where such a call comes in a session that proved less or longer ago. An access
 * token has an end of its own, an hour at most after it was given (contract, section 3): of it the level alone is asked.
 */
export function insistOnAct(
  { query }: Pick<House, 'query'>,
  name: string,
  { by, request }: { readonly by: Person; readonly request: Request },
): void {
  if (!sensitiveActs.has(name)) return
  const { level } = floors.act
  insistOnFloor(by, sessionCookieOf(request) === undefined ? { level } : floors.act, query.clock.now())
}
