/**
 * The closed union of all that is ever recorded. An entry holds pseudonyms, hashes, codes and references: never a name, an
 * address, SQL text, a literal or a result. Unknown type or field: the writer refuses, the verifier reports.
 */
import { z } from 'zod'
import { airlockBodies } from './entry-airlock.ts'
import { incidentBodies } from './entry-incident.ts'
import { code, count, decision, hash, permit, text } from './entry-words.ts'

const datasetVersion = z.strictObject({ name: text, version: count, sha256: hash.optional() })
/** Version of the list of opt-outs, and how many persons it took away, as a band. */
const optOuts = z.strictObject({ version: count, removed: text }).optional()

const habilitationAct = {
  habilitation: text,
  state: text,
  permit: permit.optional(),
  dataset: text.optional(),
  reason: code.optional(),
}

/** Why a session ends; `issuer`: its identity provider said so. */
export const sessionCauses = [
  'signed-out',
  'closed',
  'idle',
  'age',
  'roles',
  'account',
  'replaced',
  'issuer',
  'habilitation',
] as const

/** Another entry: of two persons, each is the actor of its own. */
const place = z.strictObject({ log: text, seq: count })
const verdict = z.enum(['intact', 'tampered', 'stale', 'unverifiable'])
/** What is wrong, in which year, at which entry first. */
const bad = z.strictObject({ class: text, shard: text, of: count.optional() }).optional()
/** Two bundles of rules and the paths that differ. */
const policyChange = { sha256: hash, previous: hash, changed: z.array(z.string().max(60)).max(128) }

/** What a page of the log shows beside entries. */
export const readBeside = ['figures', 'verification', 'projects'] as const

const bodies = [
  z.strictObject({
    type: z.literal('log.started'),
    version: text,
    engine: text,
    sandbox: text,
    config: hash,
  }),
  z.strictObject({ type: z.literal('log.recovered'), replayed: count, tornBytes: count, ms: count }),
  z.strictObject({ type: z.literal('log.stopped') }),
  z.strictObject({ type: z.literal('log.reserve_used'), freeBytes: count }),
  z.strictObject({ type: z.literal('log.sealed'), size: count, root: text, headsSha256: hash }),
  z.strictObject({ type: z.literal('state.aborted'), of: count }),
  z.strictObject({
    type: z.literal('shard.opened'),
    prevOrigin: text.optional(),
    prevSize: count.optional(),
    prevRoot: text.optional(),
    headsSha256: hash.optional(),
  }),
  z.strictObject({ type: z.literal('shard.closed') }),
  z.strictObject({
    type: z.literal('retention.pruned'),
    origin: text,
    size: count,
    root: text,
    months: count,
  }),
  z.strictObject({ type: z.literal('witness.quorum_lost'), reached: count, wanted: count }),
  z.strictObject({ type: z.literal('witness.quorum_back'), reached: count, wanted: count }),
  z.strictObject({ type: z.literal('witness.conflict'), witness: text, status: count }),
  z.strictObject({ type: z.literal('auth.opened'), method: text, issuer: text }),
  z.strictObject({ type: z.literal('auth.refused'), code, rule: text.optional(), route: text }),
  z.strictObject({
    type: z.literal('auth.closed'),
    session: text,
    issuer: text,
    level: count,
    cause: z.enum(sessionCauses),
  }),
  /** Another identity of the actor, which opens its account from then on, or no longer; who it is is sealed. */
  z.strictObject({ type: z.literal('identity.linked'), issuer: text }),
  z.strictObject({ type: z.literal('identity.unlinked'), issuer: text }),
  /** A command line that acts in the session of the actor from then on, or is kept out; which machine it is on is sealed. */
  z.strictObject({ type: z.literal('device.confirmed'), device: text }),
  z.strictObject({ type: z.literal('device.refused'), device: text }),
  z.strictObject({
    type: z.literal('token.issued'),
    token: text,
    purpose: text,
    until: text,
    sha256: hash,
  }),
  z.strictObject({ type: z.literal('token.revoked'), token: text }),
  z.strictObject({
    type: z.literal('visa.issued'),
    permit,
    dataset: text,
    sha256: hash,
    /** Visas of others that it rests on, as in a decision. */
    visas: z.array(hash).optional(),
  }),
  z.strictObject({ type: z.literal('passport.received'), sha256: hash, visas: z.array(hash) }),
  z.strictObject({ type: z.literal('access.read'), route: text, dataset: text.optional() }),
  z.strictObject({
    type: z.literal('access.refused'),
    route: text,
    code,
    rule: text.optional(),
    dataset: text.optional(),
  }),
  z.strictObject({ type: z.literal('access.failed'), route: text }),
  z.strictObject({ type: z.literal('dataset.declared'), dataset: text, sha256: hash }),
  z.strictObject({ type: z.literal('dataset.contracted'), dataset: text, sha256: hash }),
  z.strictObject({
    type: z.literal('dataset.withdrawn'),
    dataset: text,
    version: count,
    sha256: hash,
    cause: z.enum(['recall', 'retention']),
  }),
  z.strictObject({ type: z.literal('dataset.destroyed'), dataset: text, version: count, sha256: hash }),
  /** Of what the catalogue tells of the tables of a version. */
  z.strictObject({ type: z.literal('dataset.profiled'), dataset: text, version: count, sha256: hash }),
  z.strictObject({
    type: z.literal('opt-out.registered'),
    dataset: text,
    version: count,
    /** Of a nonce and the pseudonyms: nobody without the receipt can tell whether somebody is among them. */
    sha256: hash,
    domain: text.optional(),
    /** As a band. */
    persons: text.optional(),
    /** The instant by which open projects are without them. */
    openProjectsBy: text.optional(),
  }),
  z.strictObject({ type: z.literal('opt-out.reversed'), dataset: text, number: count }),
  z.strictObject({ type: z.literal('deposit.opened'), dataset: text, deposit: text }),
  z.strictObject({
    type: z.literal('deposit.received'),
    dataset: text,
    deposit: text,
    table: text,
    bytes: count,
    sha256: hash,
  }),
  ...(['upload.begun', 'upload.continued', 'upload.removed'] as const).map((type) =>
    z.strictObject({ type: z.literal(type), dataset: text, deposit: text, table: text, bytes: count }),
  ),
  z.strictObject({ type: z.literal('deposit.signed'), dataset: text, deposit: text, sha256: hash }),
  z.strictObject({ type: z.literal('deposit.submitted'), dataset: text, deposit: text }),
  z.strictObject({
    type: z.literal('deposit.accepted'),
    dataset: text,
    deposit: text,
    version: count,
    manifestSha256: hash,
    /** Of what the holder signed over this deposit. */
    signedSha256: hash.optional(),
    optOuts,
  }),
  z.strictObject({ type: z.literal('deposit.quarantined'), dataset: text, deposit: text, findings: count }),
  z.strictObject({ type: z.literal('deposit.refused'), dataset: text, deposit: text, findings: count }),
  z.strictObject({ type: z.literal('deposit.failed'), dataset: text, deposit: text }),
  ...(
    [
      'habilitation.opened',
      'habilitation.changed',
      'habilitation.requested',
      'habilitation.returned',
      'habilitation.completed',
      'habilitation.answered',
      'habilitation.opinion',
      'habilitation.interests',
      'habilitation.commented',
      'habilitation.countersigned',
      'habilitation.declined',
      'habilitation.proposed',
      'habilitation.confirmed',
      'habilitation.refused',
      'habilitation.granted',
      'habilitation.suspended',
      'habilitation.lifted',
      'habilitation.noticed',
      'habilitation.dismissed',
      'habilitation.validated',
      'habilitation.issued',
      'habilitation.ended',
      'habilitation.review_asked',
      'habilitation.reviewed',
      'habilitation.lapsed',
      'habilitation.revoked',
      'habilitation.expired',
      'habilitation.withdrawn',
      'habilitation.renounced',
      'habilitation.closed',
      'habilitation.published',
    ] as const
  ).map((type) => z.strictObject({ type: z.literal(type), ...habilitationAct })),
  ...(['habilitation.attached', 'habilitation.detached', 'habilitation.read'] as const).map((type) =>
    z.strictObject({
      type: z.literal(type),
      habilitation: text,
      state: text,
      attachment: text,
      sha256: hash,
      bytes: count,
    }),
  ),
  z.strictObject({
    type: z.literal('bulle.sealed'),
    bulle: text,
    dataset: datasetVersion,
    sha256: hash,
    optOuts,
  }),
  z.strictObject({
    type: z.literal('bulle.renewed'),
    bulle: text,
    domain: text,
    generation: count,
    because: z.enum(['batch', 'delay']),
    /** Of the file that names the folders of the generation. */
    sha256: hash,
    optOuts,
  }),
  z.strictObject({ type: z.literal('bulle.failed'), bulle: text, dataset: datasetVersion }),
  z.strictObject({ type: z.literal('bulle.closed'), bulle: text }),
  z.strictObject({ type: z.literal('bulle.shredded'), bulle: text }),
  z.strictObject({
    type: z.literal('query.intent'),
    query: text,
    permit,
    purpose: text,
    objective: text.optional(),
    datasets: z.array(z.strictObject({ name: text, version: count, columns: z.array(text) })),
    statement: hash,
    plan: hash,
    decision,
  }),
  z.strictObject({
    type: z.literal('query.refused'),
    query: text,
    code,
    rule: text.optional(),
    permit: permit.optional(),
  }),
  z.strictObject({
    type: z.literal('query.release'),
    query: text,
    of: count,
    shape: z.strictObject({ rows: count, columns: count, cellsWithheld: count, bytes: count }),
    resultSha256: hash,
    decision,
  }),
  z.strictObject({
    type: z.literal('query.abort'),
    query: text,
    of: count.optional(),
    cause: z.enum(['deadline', 'memory', 'crash', 'revoked', 'client', 'restart', 'drift', 'failed']),
  }),
  z.strictObject({
    type: z.literal('query.checked'),
    query: text,
    decision: z.enum(['allow', 'refuse']),
    code: code.optional(),
  }),
  z.strictObject({ type: z.literal('query.cancelled'), query: text }),
  ...airlockBodies,
  z.strictObject({ type: z.literal('policy.loaded'), sha256: hash }),
  z.strictObject({ type: z.literal('proof.recorded'), proof: text, version: text.optional(), until: text }),
  z.strictObject({ type: z.literal('policy.proposed'), ...policyChange, checked: z.boolean() }),
  z.strictObject({ type: z.literal('policy.approved'), ...policyChange, proposed: place }),
  z.strictObject({
    type: z.literal('policy.activated'),
    ...policyChange,
    previous: hash.optional(),
    /** Why a start took it: there was none before, two persons agreed, or a demo takes any. */
    basis: z.enum(['first', 'approved', 'demo']),
    proposed: place.optional(),
    approved: place.optional(),
  }),
  z.strictObject({ type: z.literal('policy.refused'), ...policyChange }),
  z.strictObject({ type: z.literal('key.created'), purpose: text, sha256: hash }),
  /** Written before: as many keys are wrapped anew by this KEK. */
  z.strictObject({ type: z.literal('key.rotated'), provider: text, version: text, keys: count }),
  z.strictObject({
    type: z.literal('audit.read'),
    entries: count,
    /** What was read with them, on a page that shows it all. */
    beside: z.array(z.enum(readBeside)).optional(),
  }),
  z.strictObject({ type: z.literal('audit.opened'), shard: text, of: count }),
  z.strictObject({
    type: z.literal('audit.exported'),
    tiles: text.optional(),
    format: z.enum(['csv', 'xlsx']).optional(),
    entries: count.optional(),
  }),
  /** Of the whole log, on this node. */
  z.strictObject({ type: z.literal('audit.verified'), status: verdict, entries: count, ms: count, bad }),
  z.strictObject({ type: z.literal('register.published'), sha256: hash, requests: count }),
  z.strictObject({
    type: z.literal('report.made'),
    report: text,
    format: text,
    /** Days of Paris, both included. */
    from: text,
    until: text,
    /** Of the bytes that were given out. */
    sha256: hash,
  }),
  /** Of the whole node: entries of the log inside, and the SHA-256 of its manifest. */
  z.strictObject({ type: z.literal('backup.made'), entries: count, bytes: count, sha256: hash }),
  z.strictObject({ type: z.literal('anomaly.raised'), anomaly: text, family: text.optional() }),
  z.strictObject({
    type: z.literal('anomaly.closed'),
    anomaly: text,
    conclusion: z.enum(['explained', 'corrected', 'incident', 'mistaken']),
  }),
  ...incidentBodies,
] as const

/** What happened, without who, when and where. */
export const body = z.discriminatedUnion('type', bodies)
export type Body = z.infer<typeof body>
export type EntryType = Body['type']

/** What every entry carries, whatever its type. */
const common = z.strictObject({
  v: z.literal(1),
  /** The leaf index in the shard. */
  seq: count,
  ts: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  /** One value per run of the writer. */
  boot: z.string().regex(/^[0-9a-f]{16}$/),
  /** 16 random bytes: the hash of an entry tells nothing about it. */
  n: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  actor: z
    .strictObject({
      ps: z.string().regex(/^[0-9a-f]{64}$/),
      seq: count,
      iss: text,
      level: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
      sid: text,
      door: z.enum(['http', 'pg', 'cli', 'node', 'system']),
    })
    .exactOptional(),
  project: z.strictObject({ id: text, seq: count, prev: z.string().regex(/^[0-9a-f]{64}$/) }).exactOptional(),
  holders: z.array(z.strictObject({ id: text, seq: count })).exactOptional(),
  /** `id` is the hash of the encrypted record, `sha256` that of its salted content. */
  sealed: z
    .strictObject({ id: z.string().regex(/^[0-9a-f]{64}$/), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .exactOptional(),
  /** Bundle of rules in force; absent from what a start writes before it has read them. */
  policy: hash.exactOptional(),
})
export type Common = z.infer<typeof common>

/** One leaf of the log: its canonical JSON is what is hashed. At most 8 KiB. */
export type Entry = Common & Body

/** Largest canonical form of an entry, in bytes. */
export const entryLimit = 8192

/** Throws a TypeError unless both halves fit their schemas to the letter. */
export function makeEntry(head: Common, what: Body): Entry {
  const [first, second] = [common.safeParse(head), body.safeParse(what)]
  if (!(first.success && second.success)) throw new TypeError(`not an entry of the log: ${what.type}`)
  return { ...first.data, ...second.data }
}

/** Reads what was written; throws a TypeError on anything that makeEntry would not have made. */
export function splitEntry(value: unknown): { head: Common; body: Body } {
  if (typeof value !== 'object' || value === null) throw new TypeError('an entry is an object')
  const members = Object.entries(value)
  const isCommon = ([key]: [string, unknown]) => key in common.shape
  const head = common.safeParse(Object.fromEntries(members.filter(isCommon)))
  const rest = body.safeParse(Object.fromEntries(members.filter((member) => !isCommon(member))))
  if (!(head.success && rest.success)) throw new TypeError('not an entry of the log')
  return { head: head.data, body: rest.data }
}

/** Types with their members, so that the verifier's own list can be held equal to this one by a test. */
export function entryShapes(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    body.options.map((option) => [option.shape.type.value, Object.keys(option.shape).sort()]),
  )
}
