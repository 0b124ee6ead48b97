/** The keys of a node and its clear area, opened or refused at start (security.md 11). */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Configuration } from '../config.ts'
import type { House } from '../gateway/house.ts'
import { secretsOf } from '../identity/issuers/secret.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, openAtRest } from '../keys/at-rest.ts'
import { checkKeks } from '../keys/check.ts'
import { type ClearArea, type ClearPlace, memoryLack, openClearArea } from '../keys/clear-area.ts'
import { configuredProvider, demoProvider } from '../keys/kek.ts'
import { type Keyring, openKeyring } from '../keys/keyring.ts'
import { type NodeSecrets, openNodeSecrets } from '../keys/node-secrets.ts'
import { type KeyProvider, WrongKek } from '../keys/provider.ts'
import { openRotation, type RotationNeeds } from '../keys/rotation.ts'
import type { Store } from '../store/store.ts'
import type { Ground } from './floors.ts'
import { StartError } from './listening.ts'

const [badConfiguration, noContainment] = [78, 73]

type Chosen = Pick<Configuration, 'keys' | 'clear'>

/** What a production has of keys before anything is opened. */
export interface ProductionKeys {
  readonly provider: KeyProvider
  /** Declared to be encrypted. */
  readonly volume?: string
}

interface Reading {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  /** Where memory is mounted; for tests. */
  readonly memory?: string
}

/**
 * StartError with 73 where a production has neither memory for what engines read in the clear nor a volume of which its operator
 * says that it is encrypted; with 78 where its KEK is not as it must be.
 */
export async function readyKeys({ keys, clear }: Chosen, reading: Reading): Promise<ProductionKeys> {
  const { home, environment } = reading
  const { volume } = clear
  if (volume === undefined) await insistOnMemory(reading)
  else await insistOnVolume(volume)
  const needs = { home, environment, secret: secretsOf(environment) }
  const provider = await configuredProvider(keys, needs).catch((cause: unknown) => {
    throw refused(cause instanceof Error ? cause.message : 'keys', cause)
  })
  return { provider, ...(volume !== undefined && { volume }) }
}

async function insistOnVolume(volume: string): Promise<void> {
  const found = await stat(volume).catch(() => null)
  if (!found?.isDirectory()) throw refused(`clear.volume : ${volume} n’est pas un dossier`)
}

function refused(why: string, cause?: unknown): StartError {
  return new StartError(`configuration refusée : ${why}`, badConfiguration, { cause })
}

async function insistOnMemory({ log, memory }: Pick<Reading, 'log' | 'memory'>): Promise<void> {
  const lack = await memoryLack(memory)
  if (lack === 'small') log.warn('less than 256 MiB are free in /dev/shm: large extracts will not open')
  if (lack === null || lack === 'small') return
  throw new StartError(
    `aucune mémoire pour les fichiers en clair (/dev/shm : ${lackWords[lack]}) : un nœud de production ne démarre pas sans elle ; ` +
      'mount -t tmpfs -o size=2G,mode=1777 tmpfs /dev/shm, ou déclarez un volume chiffré par clear.volume',
    noContainment,
  )
}

const lackWords = {
  absent: 'absent',
  'not-memory': 'pas un tmpfs',
  small: 'moins de 256 Mio libres',
} as const

export interface KeyFloor {
  readonly provider: KeyProvider
  readonly keyring: Keyring
  /** Seals the signing keys of the node and the keyring of its log. */
  readonly secrets: NodeSecrets
  /** Its KEK lies in its home: it shows how it works and protects nothing. */
  readonly isDemo: boolean
  readonly clear: ClearArea
  /** What lies on disk is written and read through it. */
  readonly files: AtRest
}

/** Without a provider it is a demo, which has one of its own. */
interface KeySettings extends Partial<ProductionKeys> {
  readonly store: Store
  /** Where memory is mounted; for tests. */
  readonly memory?: string
}

/**
 * Keyring and clear area of a home that is taken. StartError with 78 where the KEK is another than the one that wrapped the keys of
 * the database, with 1 where its provider does not answer.
 */
export async function openKeyFloor(ground: Ground, settings: KeySettings): Promise<KeyFloor> {
  const { home, clock, log, closing, clearArea = (area: ClearArea) => area } = ground
  const { store, volume, memory } = settings
  const isDemo = settings.provider === undefined
  const provider = settings.provider ?? (await demoProvider(home))
  const refuse = refusing(home, isDemo)
  const keyring = openKeyring({ store, provider, clock, log })
  await checkKeks({ store, provider }).catch(refuse)
  const secrets = await openNodeSecrets({ home, provider }).catch(refuse)
  await keyring.sweep()
  const place = { home, ...(volume !== undefined && { volume }), ...(memory !== undefined && { memory }) }
  const kind = await kindOf(place, { isDemo, log })
  const clear = clearArea(closing.keep('clear area', await openClearArea(kind, place)))
  return { provider, keyring, secrets, isDemo, clear, files: openAtRest({ keyring, clear }) }
}

/** One line for whatever keeps the keys shut: another KEK, a home of another kind of node, a provider that is silent. */
function refusing(home: string, isDemo: boolean): (cause: unknown) => Promise<never> {
  return async (cause) => {
    if (cause instanceof WrongKek) {
      const isOfDemo = await isThere(join(home, 'keys', 'kek'))
      const remedy = isDemo ? remedies.demo : isOfDemo ? remedies.ofDemo : remedies.production
      const told = `clés : la KEK donnée n’est pas celle qui a enveloppé les clés de ce nœud (${cause.message}) ; ${remedy}`
      throw new StartError(told, badConfiguration, { cause })
    }
    if (cause instanceof Refusal && cause.facts.rule === 'keys.provider')
      throw new StartError('clés : le fournisseur de clés ne répond pas', 1, { cause })
    throw cause
  }
}

const remedies = {
  demo: 'rendez keys/kek (une sauvegarde l’omet sans --with-key) ; si c’est un nœud de production, HUISCLOS_CONFIG manque',
  ofDemo: 'une démonstration a été ouverte ici : un nœud de production prend un HUISCLOS_HOME neuf',
  production: 'rendez-la, ou nommez l’ancienne dans keys.former le temps d’une rotation',
} as const

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

/** A demo without memory goes on in its home, and says so; a production has been asked before. */
async function kindOf(
  { volume, memory }: ClearPlace,
  { isDemo, log }: { readonly isDemo: boolean; readonly log: Log },
): Promise<ClearArea['kind']> {
  if (volume !== undefined) return 'volume'
  const lack = isDemo ? await memoryLack(memory) : null
  if (lack === null) return 'memory'
  log.warn('demonstration without memory for plain files: they lie in the home while they are open', { lack })
  return 'home'
}

/** What the start says of it, loud where plain files touch the disk. */
export function keyNotice({ provider, clear }: KeyFloor): string {
  const where = { memory: 'fichiers en clair en mémoire', volume: 'fichiers en clair sur le volume déclaré' }
  const told =
    clear.kind === 'home'
      ? '⚠ fichiers en clair dans le dossier du nœud : /dev/shm absent ou trop petit'
      : where[clear.kind]
  return `${provider.id} · ${told}`
}

/**
 * What the operator does with keys while the house is open. By now the house has admitted that its base is its own: a key is made for
 * nothing but to tell the next start by which KEK.
 */
export async function openKeyUse(
  { log, closing }: Ground,
  { clear, ...needs }: KeyFloor & Omit<RotationNeeds, 'log'>,
): Promise<House['keys']> {
  await needs.keyring.of({ kind: 'check', id: 'kek' })
  return { rotation: closing.keep('rotation of keys', openRotation({ ...needs, log })), clear }
}
