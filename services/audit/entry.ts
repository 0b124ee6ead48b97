/**
 * The closed union of all that is ever recorded. An entry holds pseudonyms, hashes, codes and references: never a name, an
 * address, SQL text, a literal or a result. Unknown type or field: the writer refuses, the verifier reports.
 */
import { z } from 'zod'

const text = z.string().max(300)
const hash = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()
const code = z.string().regex(/^[A-Z][A-Z0-9_]{1,39}$/)

/** A permit as it stood: id with version, and the SHA-256 of its payload bytes. */
const permit = z.strictObject({ id: text, version: count, sha256: hash })
const datasetVersion = z.strictObject({ name: text, version: count, sha256: hash.optional() })
const decision = z.strictObject({ effect: z.enum(['permit', 'deny']), bundle: hash, rules: z.array(text) })

const habilitationAct = {
  habilitation: text,
  state: text,
  permit: permit.optional(),
  dataset: text.optional(),
  reason: code.optional(),
}

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
  z.strictObject({ type: z.literal('auth.opened'), method: text }),
  z.strictObject({ type: z.literal('auth.refused'), code, rule: text.optional(), route: text }),
  z.strictObject({ type: z.literal('auth.closed') }),
  z.strictObject({ type: z.literal('token.issued'), sha256: hash }),
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
  z.strictObject({ type: z.literal('deposit.opened'), dataset: text, deposit: text }),
  z.strictObject({
    type: z.literal('deposit.received'),
    dataset: text,
    deposit: text,
    table: text,
    bytes: count,
    sha256: hash,
  }),
  z.strictObject({ type: z.literal('deposit.submitted'), dataset: text, deposit: text }),
  z.strictObject({
    type: z.literal('deposit.accepted'),
    dataset: text,
    deposit: text,
    version: count,
    manifestSha256: hash,
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
      'habilitation.revoked',
      'habilitation.expired',
      'habilitation.withdrawn',
      'habilitation.renounced',
      'habilitation.closed',
    ] as const
  ).map((type) => z.strictObject({ type: z.literal(type), ...habilitationAct })),
  z.strictObject({ type: z.literal('bulle.sealed'), bulle: text, dataset: datasetVersion, sha256: hash }),
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
  z.strictObject({ type: z.literal('policy.loaded'), sha256: hash }),
  z.strictObject({ type: z.literal('key.created'), purpose: text, sha256: hash }),
  z.strictObject({ type: z.literal('audit.read'), entries: count }),
  z.strictObject({ type: z.literal('audit.exported'), tiles: text }),
  z.strictObject({ type: z.literal('anomaly.raised'), anomaly: text }),
] as const

/** What happened, without who, when and where. */
export const body = z.discriminatedUnion('type', bodies)
export type Body = z.infer<typeof body>
export type EntryType = Body['type']
