/** The choices of one node: environment for a demo, one JSON file for production. Pure but for reading that file. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { isVerifierKey } from './audit/note.ts'
import type { WitnessPolicy } from './audit/witness/client.ts'
import { type LimitSettings, limitSettings, productionLimits } from './gateway/limit-settings.ts'
import { accountFault, accounts, organisations } from './identity/first-accounts.ts'
import { issuers } from './identity/issuers/configuration.ts'
import { type VisaIssuer, visaIssuers } from './identity/visa-trust.ts'
import { clearConfiguration, keysConfiguration } from './keys/configuration.ts'

const port = z.coerce.number().int().max(65_535)

/** The environment of the contract, section 2. */
const environmentSchema = z.object({
  /** Everything the system writes. A relative path counts from where the process was started. Default `./var`. */
  HUISCLOS_HOME: z.string().min(1).default('./var'),
  /** HTTP; 1 to 65 535. Default 8080. */
  HUISCLOS_PORT: port.min(1).default(8080),
  /** PostgreSQL wire protocol; 0 turns it off. Until that door exists nothing listens. Default 5433. */
  HUISCLOS_WIRE_PORT: port.min(0).default(5433),
  /** Path of the JSON file below; its presence means production. */
  HUISCLOS_CONFIG: z.string().min(1).optional(),
  /** Without a configuration only: `full` seeds data and a project, `empty` accounts and organisations. Default `full`. */
  HUISCLOS_DEMO: z.enum(['full', 'empty']).default('full'),
  /** Control database; without it, the embedded PostgreSQL. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
})

const witness = z.strictObject({
  /** How the operator calls it. */
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** Prefix of its calls, without a slash at the end. */
  url: z.url({ protocol: /^https?$/ }).refine((url) => !url.endsWith('/'), 'no slash at the end'),
  /** Its verifier key, as `huisclos witness` prints it. */
  vkey: z
    .string()
    .max(300)
    .refine((vkey) => isVerifierKey(vkey, 'witness'), 'not the verifier key of a witness'),
})

const witnessesSchema = z.strictObject({
  /** Who cosigns the log. One operator, one key: nobody counts twice. Default none. */
  witnesses: z.array(witness).max(16).default([]),
  /** How many of them must. Default a majority: two of three. */
  quorum: z.number().int().min(1).max(16).optional(),
  /** Hours without their quorum after which no new query starts; null: never. Default 24, in a demo never. */
  refuseAfterHours: z.number().int().min(1).max(8760).nullable().optional(),
})
type Witnesses = z.infer<typeof witnessesSchema>

/** The file of a production node. Every key is known: one that is not stops the start. */
const configurationSchema = z.strictObject({
  /** Identifier of the node: country, region; the first part of every permit number, such as `FR-NOR`. */
  node: z.string().regex(/^[A-Z]{2}-[A-Z0-9]{2,10}$/),
  /** Where people reach it, without a path. Also the host of the origin of its log, fixed at first start. */
  address: z
    .url({ protocol: /^https$/ })
    .refine((url) => url === new URL(url).origin, 'https://HOST alone: no path, no slash at the end'),
  /** Interface to listen on. Default 127.0.0.1, behind the proxy. */
  host: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** Certificate chain and key as PEM files; or none, and `trustedProxy`. */
  tls: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
  /** Address of the one proxy that ends TLS in front of this node. */
  trustedProxy: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** At least one issuer; the demo issuer never runs beside a configuration. */
  issuers: issuers({ isLocalAllowed: false }),
  /** Whom accounts belong to. Default none. */
  organisations,
  /** Who has an account from the first start on, a registrar among them. Default nobody. */
  accounts,
  /** Wall time of one query, in seconds; 1 to 3 600. Default 30. */
  queryTimeoutSeconds: z.number().int().min(1).max(3600).default(30),
  /** Memory of one engine process, in MiB; 256 to 262 144. Default 2 048. */
  engineMemoryMiB: z.number().int().min(256).max(262_144).default(2048),
  /** Threads of one engine process; 1 to 256. Default 2. */
  engineThreads: z.number().int().min(1).max(256).default(2),
  ...witnessesSchema.shape,
  /** Whose GA4GH visas stand for proofs of persons, as policies/visas.json has it. Default nobody's. */
  visaIssuers: visaIssuers({ isLocalAllowed: false }),
  /** How persons are granted: one by one (T3), or with the permit where proofs and the line manager's standing word are there. Default `individual`. */
  grants: z.enum(['individual', 'by-permit']).default('individual'),
  /** How long the log is kept after the end of a year. Default 12 months; more, up to 36, needs a reason, and is recorded. */
  retention: z
    .strictObject({
      months: z.number().int().min(12).max(36),
      reason: z.string().min(1).max(2000).exactOptional(),
    })
    .refine(({ months, reason }) => months === 12 || reason?.trim(), 'more than 12 months need a reason')
    .default({ months: 12 }),
  /** Catalogues of others that are shown beside this one, https addresses of DCAT; each every 1 to 720 hours. Default none. */
  harvests: z
    .array(
      z.strictObject({
        source: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
        url: z.url({ protocol: /^https$/ }),
        everyHours: z.number().int().min(1).max(720).default(24),
      }),
    )
    .max(50)
    .default([]),
  /** Documents of a request: MiB of one, 1 to 100, default 10; and how many, 1 to 200, default 20. */
  attachments: z
    .strictObject({
      maxMiB: z.number().int().min(1).max(100).default(10),
      most: z.number().int().min(1).max(200).default(20),
    })
    .default({ maxMiB: 10, most: 20 }),
  /** How much, how fast and how often one may ask: docs/limits.md. */
  limits: limitSettings.default(productionLimits),
  /** Where the key is that wraps all others (KEK). There is no default: without it nothing is protected at rest. */
  keys: keysConfiguration,
  /** Where plain files lie while an engine reads them. Default /dev/shm. */
  clear: clearConfiguration.default({}),
})
export type Configuration = z.infer<typeof configurationSchema>

export interface Settings {
  /** Absolute. */
  readonly home: string
  readonly port: number
  readonly wirePort: number
  readonly databaseUrl?: string
  /** How long one answer of the control database may take, in ms; what each of its readers finds right when absent. */
  readonly databaseAnswerMs?: number
  /** Wall time of one query of a demo, in ms; 30 000 when absent. A production says it in its configuration. */
  readonly queryTimeoutMs?: number
  /** Who cosigns the log; absent when nobody does. */
  readonly witnesses?: WitnessPolicy
  /** Months for which a year of the log is kept after its end; 12 when absent. */
  readonly retention?: { readonly months: number; readonly reason?: string }
  /** Whose visas are looked at; absent when nobody's are. */
  readonly visaIssuers?: readonly VisaIssuer[]
  /** Documents of a request: MiB of one and how many; 10 and 20 when absent. */
  readonly attachments?: { readonly maxMiB: number; readonly most: number }
  /** How much, how fast and how often one may ask; those of a demo when absent. */
  readonly limits?: LimitSettings
  readonly mode:
    | { readonly kind: 'demo'; readonly demo: 'full' | 'empty' }
    | { readonly kind: 'production'; readonly configuration: Configuration }
}

/** A configuration that does not start; the message is one line that names the key. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** Reads the environment and the file that it names. ConfigurationError on any key unknown, absent or out of range. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const values = parsed(environmentSchema, filled(environment), '')
  const mode: Settings['mode'] =
    values.HUISCLOS_CONFIG === undefined
      ? { kind: 'demo', demo: values.HUISCLOS_DEMO }
      : { kind: 'production', configuration: readConfiguration(values.HUISCLOS_CONFIG) }
  const home = resolve(values.HUISCLOS_HOME)
  const witnesses = mode.kind === 'production' ? mode.configuration : readDemoWitnesses(home)
  const visas = mode.kind === 'production' ? mode.configuration : readDemoVisas(home)
  return {
    home,
    port: values.HUISCLOS_PORT,
    wirePort: values.HUISCLOS_WIRE_PORT,
    ...(values.DATABASE_URL === undefined ? {} : { databaseUrl: values.DATABASE_URL }),
    ...(witnesses.witnesses.length === 0
      ? {}
      : { witnesses: policyOf(witnesses, mode.kind === 'production' ? 24 : null) }),
    ...(visas.visaIssuers.length === 0 ? {} : { visaIssuers: visas.visaIssuers }),
    ...(mode.kind === 'production'
      ? {
          retention: mode.configuration.retention,
          attachments: mode.configuration.attachments,
          limits: mode.configuration.limits,
        }
      : {}),
    mode,
  }
}

function policyOf(
  { witnesses, quorum, refuseAfterHours }: Witnesses,
  standardHours: number | null,
): WitnessPolicy {
  const hours = refuseAfterHours === undefined ? standardHours : refuseAfterHours
  return {
    witnesses,
    quorum: quorum ?? Math.floor(witnesses.length / 2) + 1,
    refuseAfterMs: hours === null ? null : hours * 3_600_000,
  }
}

/** A demo has no configuration; whoever wants to see witnesses at work names them in `witnesses.json` of its home. */
function readDemoWitnesses(home: string): Witnesses {
  const path = join(home, 'witnesses.json')
  if (!existsSync(path)) return { witnesses: [] }
  const witnesses = parsed(witnessesSchema, readJson(path, path), `${path}: `)
  insistOnWitnesses(witnesses, path)
  return witnesses
}

const demoVisas = z.strictObject({ visaIssuers: visaIssuers({ isLocalAllowed: true }) })

/** In the same way, a demo that takes visas names their issuers in `visas.json` of its home. */
function readDemoVisas(home: string): z.infer<typeof demoVisas> {
  const path = join(home, 'visas.json')
  return existsSync(path) ? parsed(demoVisas, readJson(path, path), `${path}: `) : { visaIssuers: [] }
}

/** A variable that is set to nothing is not set. */
function filled(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return Object.fromEntries(set)
}

function readConfiguration(path: string): Configuration {
  const json = readJson(path, `HUISCLOS_CONFIG: ${path}`)
  const configuration = parsed(configurationSchema, json, `${path}: `)
  if (configuration.tls === undefined && configuration.trustedProxy === undefined) {
    throw new ConfigurationError(`${path}: tls: absent, and no trustedProxy either`)
  }
  insistOnWitnesses(configuration, path)
  const fault = accountFault(configuration)
  if (fault !== null) throw new ConfigurationError(`${path}: ${fault}`)
  return configuration
}

function readJson(path: string, what: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'not JSON' : 'cannot be read'
    throw new ConfigurationError(`${what} ${why}`, { cause })
  }
}

function insistOnWitnesses({ witnesses, quorum = 0 }: Witnesses, path: string): void {
  if (quorum > witnesses.length)
    throw new ConfigurationError(`${path}: quorum: more than there are witnesses`)
  for (const member of ['name', 'url', 'vkey'] as const) {
    const isTwice = new Set(witnesses.map((one) => one[member])).size < witnesses.length
    if (isTwice) throw new ConfigurationError(`${path}: witnesses: the same ${member} twice`)
  }
}

/** One fault is told, on one line; an unknown key before what is absent. It repeats no value, for a value may be a secret. */
function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const at = [...issue.path, issue.keys[0] ?? ''].join('.')
    throw new ConfigurationError(`${where}${at}: unknown key`)
  }
  throw new ConfigurationError(`${where}${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
}
