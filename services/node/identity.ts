/** Who may come in, and how: by the issuer of the demo, or by those of a configuration; all else is the same for both. */
import type { AuditLog } from '../audit/writer.ts'
import { type AccountTable, openAccounts } from '../identity/accounts.ts'
import { demoAccounts, demoIssuer, demoOrganisations } from '../identity/demo-accounts.ts'
import { demoLogin } from '../identity/demo-login.ts'
import { type Devices, openDevices, withDevices } from '../identity/devices.ts'
import { type FirstPeople, seedsOf } from '../identity/first-accounts.ts'
import type { PinnedIssuers } from '../identity/issuers/pinned-issuers.ts'
import { openProvider } from '../identity/issuers/provider.ts'
import { secretsOf } from '../identity/issuers/secret.ts'
import { type Links, openLinks, withLinks } from '../identity/links.ts'
import { openLoginTable } from '../identity/login-table.ts'
import { type Logins, openLogins } from '../identity/logins.ts'
import { type Logouts, openLogouts } from '../identity/logout.ts'
import { openPassports, type PassportNeeds, type Passports, withVisas } from '../identity/passport.ts'
import type { Accounts, Tokens } from '../identity/person.ts'
import { openPersonalTokens, type PersonalTokens } from '../identity/personal-tokens.ts'
import { recoverSessions } from '../identity/session-recovery.ts'
import { openSessions, type Sessions } from '../identity/sessions.ts'
import { identitiesAt, openTokens } from '../identity/token.ts'
import { openUsedDpopProofs } from '../identity/used-dpop-proofs.ts'
import { openVisaStore } from '../identity/visa-store.ts'
import type { Actor } from '../kernel/id.ts'
import type { Store } from '../store/store.ts'
import type { Ground } from './floors.ts'
import { StartError } from './listening.ts'

export interface Identity {
  /** The table; `tokens` and `known` see what visas add to it. */
  readonly accounts: AccountTable
  readonly known: Accounts
  readonly passports: Passports
  readonly tokens: Tokens
  readonly personalTokens: PersonalTokens
  readonly sessions: Sessions
  readonly devices: Devices
  readonly logouts: Logouts
  readonly logins: Logins
  readonly links: Links
  /** Address of the demo issuer; null where a configuration names others. */
  readonly issuer: string | null
  /** What whoever starts the node should know of the issuers. */
  readonly notice: string
}

export interface IdentityOn {
  readonly store: Store
  readonly audit: AuditLog
  /** Whose visas are looked at, what they may stand for, and the address of this node, for which a passport is made. */
  readonly visas: Pick<PassportNeeds, 'issuers' | 'policy' | 'audience'>
}

type People = Omit<Identity, 'issuer' | 'notice'>

/** Sessions, tokens, visas and sign-ins, on the issuers that this node was given. */
async function openPeople(
  { clock }: Pick<Ground, 'clock'>,
  { store, audit, visas, accounts }: IdentityOn & { readonly accounts: AccountTable },
  { names, trusted, logouts, providers }: PinnedIssuers,
): Promise<People> {
  const identitiesOf = (person: Actor) => identitiesAt(names, person)
  const passports = openPassports({ ...visas, store: openVisaStore(store), audit, clock, identitiesOf })
  const known = withVisas(accounts, passports)
  const links = openLinks(store, audit)
  const atDoors = withLinks(known, links)
  const possession = { address: visas.audience, used: openUsedDpopProofs(store, clock) }
  // What a crash can have cut is among the last entries: a closure takes milliseconds.
  await recoverSessions(store, audit.entries(Math.max(0, audit.size - 1_000), audit.size))
  const sessions = openSessions({ store, accounts: atDoors, audit, clock })
  const table = openLoginTable(store)
  const devices = openDevices({ store, sessions, audit, clock })
  const tokens = openTokens({ issuers: trusted, accounts: atDoors, clock, possession })
  const common = { links, accounts: atDoors, sessions, audit, clock }
  return {
    ...{ accounts, known, passports, sessions, links, devices },
    tokens: withDevices(tokens, devices),
    personalTokens: openPersonalTokens({ store, accounts: known, clock }),
    logouts: openLogouts({ issuers: logouts, sessions, clock }),
    logins: openLogins({ ...common, providers, table }),
  }
}

/** Demo accounts, the demo issuer, the tokens of it, and the visas of others. StartError, status 78, on the base of a production node. */
export async function openDemoIdentity(ground: Ground, on: IdentityOn): Promise<Identity> {
  const { home, clock, log, closing } = ground
  const accounts = openAccounts(on.store)
  // Its configuration was forgotten: anybody on this machine would be anybody.
  if ((await accounts.list()).some(({ issuer }) => issuer !== demoIssuer)) {
    throw refused('cette base est celle d’un nœud de production : HUISCLOS_CONFIG manque')
  }
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(clock) })
  // Loaded here: a production node never opens the package, and a start that fails says one line and nothing more.
  const { startDemoIssuer } = await import('../identity/demo-issuer.ts')
  const issuer = closing.keep('demo issuer', await startDemoIssuer({ home, clock, log }))
  const { trust, clientId } = issuer
  const provider = await openProvider({
    ...{ issuer: demoLogin(issuer.issuer), address: on.visas.audience, clock, log },
    secret: secretsOf({}),
  })
  const issuers = {
    ...{ names: [trust], trusted: [trust], logouts: [{ trust, clientId }], providers: [provider] },
  }
  const people = await openPeople(ground, { ...on, accounts }, issuers)
  return { ...people, issuer: issuer.issuer, notice: 'boucle locale seulement' }
}

export interface Configured extends FirstPeople {
  readonly pinned: PinnedIssuers
  /** Codes that the rules know for kinds of organisations. */
  readonly kinds: readonly string[]
}

/**
 * The issuers and the first accounts of a configuration, and no account of a demo. An issuer that does not answer, or that publishes
 * what nobody accepted, is told in the log and stops nothing. StartError, status 78, where nobody could give anybody a grant.
 */
export async function openProductionIdentity(
  ground: Ground,
  on: IdentityOn,
  { pinned, kinds, ...named }: Configured,
): Promise<Identity> {
  const accounts = openAccounts(on.store)
  const stray = named.organisations.findIndex(({ kind }) => !kinds.includes(kind))
  if (stray >= 0) throw refused(`organisations.${stray}.kind : absent de vocabulary/organisations.json`)
  const found = await accounts.list()
  if (found.some(({ issuer }) => issuer === demoIssuer)) {
    throw refused(
      'des comptes de démonstration sont dans cette base : un nœud de production prend un HUISCLOS_HOME neuf',
    )
  }
  const isConfigured = (name: string) => pinned.names.some((issuer) => issuer.name === name)
  const seeds = seedsOf(named)
  const all = [...found, ...seeds.accounts]
  if (!all.some(({ issuer, roles }) => isConfigured(issuer) && roles.includes('registrar'))) {
    throw refused('accounts : aucun compte de rôle registrar, personne ne pourrait habiliter')
  }
  await accounts.seed(seeds)
  const people = await openPeople(ground, { ...on, accounts }, pinned)
  return { ...people, issuer: null, notice: await noticeOf(pinned) }
}

function refused(why: string): StartError {
  return new StartError(`configuration refusée : ${why}`, 78)
}

/** All are asked at once, each for three seconds at most; the log of operations has what was wrong. */
async function noticeOf({ providers }: PinnedIssuers): Promise<string> {
  const told = await Promise.all(
    providers.map(async ({ issuer: { name }, insist }) =>
      insist().then(
        () => name,
        () => `${name} (REFUSÉ : voyez le journal d’exploitation)`,
      ),
    ),
  )
  return told.join(', ')
}
