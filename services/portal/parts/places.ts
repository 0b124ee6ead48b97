/** The places of the portal in the order of the bar, and for whom each is worth showing. */
import { hasRole, instructing, type Me, type Role } from '../session.ts'

/** An empty list of roles is everybody. */
const places = [
  { to: '/', word: 'home', roles: [] },
  { to: '/projects', word: 'projects', roles: ['researcher', 'lead'] },
  { to: '/requests', word: 'requests', roles: ['lead'] },
  { to: '/requests/queue', word: 'instruction', roles: instructing },
  { to: '/deposits', word: 'deposits', roles: ['holder'] },
  { to: '/holdings', word: 'holdings', roles: ['holder'] },
  { to: '/audit', word: 'audit', roles: ['dpo'] },
  { to: '/inbox', word: 'inbox', roles: ['dpo'] },
  { to: '/incidents', word: 'incidents', roles: ['dpo', 'authority'] },
  { to: '/rights', word: 'rights', roles: ['dpo'] },
  { to: '/reports', word: 'reports', roles: ['dpo', 'authority'] },
  { to: '/policies', word: 'policies', roles: ['dpo', 'authority'] },
  { to: '/releases', word: 'releases', roles: ['researcher', 'lead', 'checker'] },
  { to: '/connections', word: 'connections', roles: ['researcher'] },
  { to: '/ops', word: 'operation', roles: ['operator'] },
] as const satisfies readonly {
  readonly to: string
  readonly word: string
  readonly roles: readonly Role[]
}[]

export type Place = (typeof places)[number]

/** Those that this person has; the names are keys of the words of the frame. */
export function placesOf(me: Me): readonly Place[] {
  return places.filter(({ roles }) => roles.length === 0 || hasRole(me, ...roles))
}
