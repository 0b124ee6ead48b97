/** What some acts demand of a session beside the role (security.md 5.2), as data, and the refusal that says how to get there. */
import { Refusal } from '../kernel/refusal.ts'
import type { Person } from './person.ts'

export interface Floor {
  readonly level: 0 | 1 | 2 | 3
  /** Longest time since the person proved who she is, in ms. */
  readonly maxAgeMs?: number
}

const minuteMs = 60_000

export const floors = {
  /** The catalogue and one's own profile. */
  profile: { level: 1 },
  /** Queries, deposits, requests, and all else. */
  work: { level: 2 },
  /** What weighs on others: opinions, signatures, exports, reading the log, rules. */
  act: { level: 2, maxAgeMs: 15 * minuteMs },
  /** Tying an identity to one's account. */
  link: { level: 2, maxAgeMs: 10 * minuteMs },
} as const satisfies Readonly<Record<string, Floor>>

/** Whether a session proved that much, that lately (`now` in ms); what its issuer does not say it has not proved. */
export function meetsFloor(
  { level, authenticatedAt = 0 }: Pick<Person, 'level' | 'authenticatedAt'>,
  floor: Floor,
  now: number,
): boolean {
  return level >= floor.level && now - authenticatedAt <= (floor.maxAgeMs ?? Infinity)
}

/** ASSURANCE_TOO_LOW with the address at which the same person signs in again as the act demands. */
export function insistOnFloor(person: Person, floor: Floor, now: number): void {
  if (meetsFloor(person, floor, now)) return
  const { level, maxAgeMs } = floor
  const minutes = (maxAgeMs ?? 0) / minuteMs
  throw new Refusal('ASSURANCE_TOO_LOW', {
    rule: person.level < level ? 'step-up.level' : 'step-up.age',
    fact: { key: maxAgeMs === undefined ? 'fact.stepUp.level' : 'fact.stepUp', with: { level, minutes } },
    hint: { key: 'hint.stepUp', with: { path: stepUpPath(person.issuer) } },
  })
}

function stepUpPath(issuer: string): string {
  return `/connexion/${encodeURIComponent(issuer)}?acces=renforce`
}
