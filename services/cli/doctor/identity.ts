/** Who may sign in, and whether the acts that take two persons find them. */
import { openAccounts } from '../../identity/accounts.ts'
import type { Account, Role } from '../../identity/person.ts'
import { silentLog } from '../../kernel/log.ts'
import { lookStore } from '../../store/store.ts'
import { type About, both, type Check, databaseUrlOf, fine, productionOf, worth } from './check.ts'
import { inDemo } from './configuration.ts'
import { lookAtIssuers } from './issuers.ts'

export const issuers: Check = {
  name: 'issuers',
  async look(about) {
    const written = productionOf(about)
    if (written === null) return inDemo
    const { seen, isWell } = await lookAtIssuers(written, { now: about.now })
    return isWell ? fine(seen) : worth(seen, both('docs/identity.fr.md', 'docs/identity.md'))
  },
}

/** Nobody decides on what they proposed: each of these must be somebody, and somebody else (security.md, two persons). */
const duties: readonly Role[] = ['registrar', 'dpo', 'authority']

type Holder = Pick<Account, 'issuer' | 'subject' | 'roles'>

/** Null where the control database does not run now. */
async function accountsIn(about: About): Promise<readonly Holder[] | null> {
  const url = await databaseUrlOf(about)
  if (url === null) return null
  const store = lookStore({ url, log: silentLog, timeoutMs: 4_000 })
  try {
    return await openAccounts(store).list()
  } finally {
    void store.close()
  }
}

/** `accounts` is for tests: those of another database. */
export const twoPersons = (accounts: typeof accountsIn = accountsIn): Check => ({
  name: 'two persons',
  async look(about) {
    const known = await accounts(about).catch(() => null)
    if (known === null) return fine(both('la base ne tourne pas', 'the database is not running'))
    const missing = duties.filter((duty) => !known.some(({ roles }) => roles.includes(duty)))
    const remedy = both(
      'donnez ces rôles à des personnes différentes : accounts, docs/identity.fr.md',
      'give these roles to different persons: accounts, docs/identity.md',
    )
    if (missing.length > 0)
      return worth(both(`personne n’est ${missing.join(', ')}`, `nobody is ${missing.join(', ')}`), remedy)
    return areDistinct(duties, known)
      ? fine(duties.join(', '))
      : worth(
          both('une même personne tient deux de ces rôles', 'one person holds two of these roles'),
          remedy,
        )
  },
})

/** Whether each duty can be given to a person of its own. */
function areDistinct(left: readonly Role[], persons: readonly Holder[]): boolean {
  const [duty, ...others] = left
  if (duty === undefined) return true
  return persons.some(
    (one) =>
      one.roles.includes(duty) &&
      areDistinct(
        others,
        persons.filter((other) => other !== one),
      ),
  )
}
