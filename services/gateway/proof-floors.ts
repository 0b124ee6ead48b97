/** What each call demands of how its caller proved who she is (security.md 5.2), as data. */
import type { Request } from 'express'
import type { Person } from '../identity/person.ts'
import { type Floor, floors, insistOnFloor } from '../identity/step-up.ts'
import type { House } from './house.ts'
import { sessionCookieOf } from './session-cookie.ts'

/** The catalogue and one's own profile: one factor will do. Whatever is not named here takes two. */
export const oneFactorCalls: ReadonlySet<string> = new Set([
  'GET /api/v1/me',
  'GET /api/v1/me/identities',
  'GET /api/v1/me/passport',
  'GET /api/v1/me/sessions',
  'POST /api/v1/me/sessions/{id}/closure',
  'GET /api/v1/datasets',
  'GET /api/v1/datasets/{name}',
  'GET /api/v1/datasets/{name}/profile',
  'GET /api/v1/datasets/{name}/schema',
  'GET /api/v1/policies',
])

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

/** What weighs on others: two factors that were shown lately. */
export const sensitiveActs: ReadonlySet<string> = new Set([
  ...commands.map((command) => `POST /api/v1/habilitations/{id}/${command}`),
  'POST /api/v1/audit/entries/{shard}/{seq}/opening',
  'GET /api/v1/audit/export',
  'POST /api/v1/releases/{id}/reviews',
  'POST /api/v1/policies/proposals',
  'POST /api/v1/policies/proposals/{sha256}/approval',
  'POST /api/v1/proofs',
  'POST /api/v1/me/identities/unlinking',
  'POST /api/v1/me/tokens',
])

function floorOf(name: string): Floor {
  if (sensitiveActs.has(name)) return floors.act
  return oneFactorCalls.has(name) ? floors.profile : floors.work
}

/**
 * ASSURANCE_TOO_LOW, with the address that leads on, where the session proved less or longer ago than the call takes. An access token
 * has an end of its own, an hour at most after it was given (contract, section 3): of it the level alone is asked.
 */
export function insistOnProof(
  { query }: Pick<House, 'query'>,
  name: string,
  { by, request }: { readonly by: Person; readonly request: Request },
): void {
  const floor = floorOf(name)
  const isSession = sessionCookieOf(request) !== undefined
  if (floor.maxAgeMs === undefined || !isSession) insistOnFloor(by, { level: floor.level }, 0)
  else insistOnFloor(by, floor, query.clock.now())
}
