/** The persons of the demo (contract, section 3): seeded where no configuration is given, and nowhere else. */
import { type Clock, parisDay, startOfParisDay } from '../kernel/clock.ts'
import type { Organisation } from './accounts.ts'
import type { Account, Role } from './person.ts'

/** The configured name of the embedded issuer, whatever its address. */
export const demoIssuer = 'demo'

export const demoOrganisations: readonly Organisation[] = [
  { id: 'chu-rouen', name: 'CHU de Rouen', kind: 'ETABLISSEMENT_SANTE' },
  { id: 'gh-havre', name: 'Groupe hospitalier du Havre', kind: 'ETABLISSEMENT_SANTE' },
  { id: 'region-normandie', name: 'Région Normandie', kind: 'COLLECTIVITE' },
  { id: 'univ-caen', name: 'Université de Caen Normandie', kind: 'ESR' },
]

interface DemoPerson {
  readonly displayName: string
  readonly organisation: string
  readonly roles: readonly Role[]
}

const persons: Readonly<Record<string, DemoPerson>> = {
  alice: { displayName: 'Alice', organisation: 'chu-rouen', roles: ['researcher'] },
  bruno: { displayName: 'Bruno', organisation: 'univ-caen', roles: ['researcher'] },
  claire: { displayName: 'Claire', organisation: 'region-normandie', roles: ['authority'] },
  emma: { displayName: 'Emma', organisation: 'univ-caen', roles: ['checker'] },
  havre: { displayName: 'Données GH Havre', organisation: 'gh-havre', roles: ['holder'] },
  ines: { displayName: 'Inès', organisation: 'univ-caen', roles: ['ethics'] },
  karim: { displayName: 'Karim', organisation: 'region-normandie', roles: ['operator'] },
  louis: { displayName: 'Louis', organisation: 'univ-caen', roles: ['checker'] },
  lucie: { displayName: 'Lucie', organisation: 'region-normandie', roles: ['secretariat'] },
  nadia: { displayName: 'Nadia', organisation: 'region-normandie', roles: ['dpo'] },
  paul: { displayName: 'Paul', organisation: 'chu-rouen', roles: ['lead', 'researcher'] },
  rouen: { displayName: 'Données CHU Rouen', organisation: 'chu-rouen', roles: ['holder'] },
  yves: { displayName: 'Yves', organisation: 'region-normandie', roles: ['authority'] },
}

/** Who declares its interests before it says anything of a request. */
const reviewing: ReadonlySet<Role> = new Set<Role>(['dpo', 'ethics', 'authority'])

/** All thirteen hold training, charter and review that stand for ten years from today, the day of Europe/Paris. */
export function demoAccounts(clock: Clock): readonly Account[] {
  const [year = '', month = '', day = ''] = parisDay(clock.now()).split('-')
  const until = startOfParisDay(
    `${Number(year) + 10}-${month}-${month === '02' && day === '29' ? '28' : day}`,
  )
  return Object.entries(persons).map(([subject, person]) => ({
    issuer: demoIssuer,
    subject,
    ...person,
    proofs: {
      ...{ training: until, charter: until, review: until },
      ...(person.roles.some((role) => reviewing.has(role)) && { interests: until }),
    },
  }))
}
