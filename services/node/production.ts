/** What a node is by its settings: a demo, always the same one, or what a configuration says; and what a production insists on. */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Configuration, Settings } from '../config.ts'
import type { Sandbox } from '../engine/box/sandbox.ts'
import { openPinnedIssuers, type PinnedIssuers } from '../identity/issuers/pinned-issuers.ts'
import { secretsOf } from '../identity/issuers/secret.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { EngineLimits } from './floors.ts'
import { StartError, type Tls } from './listening.ts'

const badConfiguration = 78

/** Identifier of the node, host of the origin of its log, and who signs its habilitations; all fixed at first start. */
export interface Naming {
  readonly node: string
  readonly host: string
  readonly issuer: string
}

/** A demo is the same whatever its address and port. */
export function namingOf({ mode }: Pick<Settings, 'mode'>): Naming {
  if (mode.kind === 'demo') return { node: 'FR-NOR', host: 'huisclos.demo', issuer: 'huisclos.demo' }
  const { hostname } = new URL(mode.configuration.address)
  return { node: mode.configuration.node, host: hostname, issuer: hostname }
}

export function engineLimitsOf({
  mode,
  queryTimeoutMs = 30_000,
}: Pick<Settings, 'mode' | 'queryTimeoutMs'>): EngineLimits {
  if (mode.kind === 'demo') return { threads: 2, memoryBytes: 2 * 1024 ** 3, timeoutMs: queryTimeoutMs }
  const { engineThreads, engineMemoryMiB, queryTimeoutSeconds } = mode.configuration
  return {
    threads: engineThreads,
    memoryBytes: engineMemoryMiB * 1024 ** 2,
    timeoutMs: queryTimeoutSeconds * 1000,
  }
}

export interface Production {
  readonly configuration: Configuration
  readonly pinned: PinnedIssuers
  readonly tls?: Tls
}

export interface ProductionNeeds {
  readonly sandbox: Sandbox
  readonly clock: Clock
  readonly log: Log
  /** Where `env:` references of the configuration are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * What must be there before anything real is opened: a sound box (security.md 6.2), else StartError with 73; and every file and
 * secret that the configuration names, else 78 and the key that names it; so does a Node that verifies no certificate.
 */
export async function readyProduction(
  configuration: Configuration,
  { sandbox, environment, ...common }: ProductionNeeds,
): Promise<Production> {
  insistOnBox(sandbox)
  insistOnCertificates(environment)
  const { issuers, address, tls } = configuration
  const needs = { issuers, address, ...common, secret: secretsOf(environment) }
  const pinned = await openPinnedIssuers(needs).catch((cause: unknown) => {
    throw refused(cause instanceof Error ? cause.message : 'issuers', cause)
  })
  return { configuration, pinned, ...(tls !== undefined && { tls: await readTls(tls) }) }
}

function insistOnBox(sandbox: Sandbox): void {
  if (sandbox.kind !== 'none') return
  const found = [sandbox.why, ...sandbox.could].join(', ')
  throw new StartError(
    `bac à sable absent (${found}) : un nœud de production ne démarre pas sans lui (sandbox required) ; ` +
      'apt install bubblewrap, puis npx huisclos doctor',
    73,
  )
}

/** Node takes any certificate of others when it is told so; nothing that this node asks would then be who it says. */
function insistOnCertificates({ NODE_TLS_REJECT_UNAUTHORIZED: asked }: ProductionNeeds['environment']): void {
  if (asked === '0') throw refused('NODE_TLS_REJECT_UNAUTHORIZED=0 : à retirer', undefined)
}

/** The chain and its key, tried together: a pair that TLS would not take stops the start and not the first visitor. */
async function readTls({ certificate, key }: NonNullable<Configuration['tls']>): Promise<Tls> {
  const read = (name: string, path: string) =>
    readFile(path).catch((cause: unknown) => {
      throw refused(`tls.${name} : ${path} ne peut pas être lu`, cause)
    })
  const pair = { cert: await read('certificate', certificate), key: await read('key', key) }
  try {
    createSecureContext(pair)
  } catch (cause) {
    throw refused('tls : ni le certificat ni la clé ne sont pris ensemble (PEM, clé de ce certificat)', cause)
  }
  return pair
}

function refused(why: string, cause: unknown): StartError {
  return new StartError(`configuration refusée : ${why}`, badConfiguration, { cause })
}
