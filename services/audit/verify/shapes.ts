/**
 * What an entry may say, written a second time on purpose: the verifier trusts no list of the writer. A test holds the two
 * equal. Also the strict reading of JSON: only the canonical bytes (RFC 8785) of a value are accepted.
 */
import { isUtf8 } from 'node:buffer'

type Check = (value: unknown) => boolean
type Members = Readonly<Record<string, Check>>

const optionals = new WeakSet<Check>()

function optional(check: Check): Check {
  const wrapped: Check = (value) => check(value)
  optionals.add(wrapped)
  return wrapped
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Exactly these members, but for the optional ones. */
function shape(members: Members): Check {
  const known = new Map(Object.entries(members))
  const required = Object.values(members).filter((check) => !optionals.has(check)).length
  return (value) => {
    if (!isObject(value)) return false
    let found = 0
    for (const key of Object.keys(value)) {
      const check = known.get(key)
      if (check === undefined || !check(value[key])) return false
      if (!optionals.has(check)) found += 1
    }
    return found === required
  }
}

const text: Check = (value) => typeof value === 'string' && value.length <= 300
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
const hash = matches(/^(sha256:)?[0-9a-f]{64}$/)
const hex = matches(/^[0-9a-f]{64}$/)
const code = matches(/^[A-Z][A-Z0-9_]{1,39}$/)
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item)

const isPath: Check = (value) => typeof value === 'string' && value.length <= 60

const permit = shape({ id: text, version: count, sha256: hash })
const dataset = shape({ name: text, version: count, sha256: optional(hash) })
const decision = shape({
  effect: oneOf('permit', 'deny'),
  bundle: hash,
  rules: list(text),
  visas: optional(list(hash)),
})
const leaving: Check = (value) =>
  Array.isArray(value) && value.length <= 20 && value.every(shape({ bytes: count, sha256: hash }))
const deposit = { dataset: text, deposit: text }
const upload = { ...deposit, table: text, bytes: count }
const optOuts = optional(shape({ version: count, removed: text }))

const place = shape({ log: text, seq: count })
const policyChange: Members = {
  sha256: hash,
  previous: hash,
  changed: (value) => Array.isArray(value) && value.length <= 128 && value.every(isPath),
}

const habilitation: Members = {
  habilitation: text,
  state: text,
  permit: optional(permit),
  dataset: optional(text),
  reason: optional(code),
}
const incidentClock = oneOf('incident.ehds', 'incident.gdpr', 'incident.ehds.interim', 'incident.ehds.final')
const document: Members = { habilitation: text, state: text, attachment: text, sha256: hash, bytes: count }
const habilitationActs =
  'opened changed requested returned completed answered opinion interests commented countersigned declined proposed confirmed refused granted suspended lifted noticed dismissed validated issued ended review_asked reviewed lapsed revoked expired withdrawn renounced closed published'

/** Every type of entry with its members, `type` left out. */
export const bodies: Readonly<Record<string, Members>> = {
  'log.started': { version: text, engine: text, sandbox: text, config: hash },
  'log.recovered': { replayed: count, tornBytes: count, ms: count },
  'log.stopped': {},
  'log.reserve_used': { freeBytes: count },
  'log.sealed': { size: count, root: text, headsSha256: hash },
  'state.aborted': { of: count },
  'shard.opened': {
    prevOrigin: optional(text),
    prevSize: optional(count),
    prevRoot: optional(text),
    headsSha256: optional(hash),
  },
  'shard.closed': {},
  'retention.pruned': { origin: text, size: count, root: text, months: count },
  'witness.quorum_lost': { reached: count, wanted: count },
  'witness.quorum_back': { reached: count, wanted: count },
  'witness.conflict': { witness: text, status: count },
  'auth.opened': { method: text, issuer: text },
  'auth.refused': { code, rule: optional(text), route: text },
  'auth.closed': {
    session: text,
    issuer: text,
    level: count,
    cause: oneOf(
      'signed-out',
      'closed',
      'idle',
      'age',
      'roles',
      'account',
      'replaced',
      'issuer',
      'habilitation',
    ),
  },
  'identity.linked': { issuer: text },
  'identity.unlinked': { issuer: text },
  'device.confirmed': { device: text },
  'device.refused': { device: text },
  'token.issued': { token: text, purpose: text, until: text, sha256: hash },
  'token.revoked': { token: text },
  'visa.issued': { permit, dataset: text, sha256: hash, visas: optional(list(hash)) },
  'passport.received': { sha256: hash, visas: list(hash) },
  'access.read': { route: text, dataset: optional(text) },
  'access.refused': { route: text, code, rule: optional(text), dataset: optional(text) },
  'access.failed': { route: text },
  'dataset.declared': { dataset: text, sha256: hash },
  'dataset.contracted': { dataset: text, sha256: hash },
  'dataset.withdrawn': {
    dataset: text,
    version: count,
    sha256: hash,
    cause: oneOf('recall', 'retention'),
  },
  'dataset.destroyed': { dataset: text, version: count, sha256: hash },
  'dataset.profiled': { dataset: text, version: count, sha256: hash },
  'opt-out.registered': {
    dataset: text,
    version: count,
    sha256: hash,
    domain: optional(text),
    persons: optional(text),
    openProjectsBy: optional(text),
  },
  'opt-out.reversed': { dataset: text, number: count },
  'deposit.opened': deposit,
  'deposit.received': { ...deposit, table: text, bytes: count, sha256: hash },
  'deposit.signed': { ...deposit, sha256: hash },
  'upload.begun': upload,
  'upload.continued': upload,
  'upload.removed': upload,
  'deposit.submitted': deposit,
  'deposit.accepted': {
    ...deposit,
    version: count,
    manifestSha256: hash,
    signedSha256: optional(hash),
    optOuts,
  },
  'deposit.quarantined': { ...deposit, findings: count },
  'deposit.refused': { ...deposit, findings: count },
  'deposit.failed': deposit,
  ...Object.fromEntries(habilitationActs.split(' ').map((act) => [`habilitation.${act}`, habilitation])),
  'habilitation.attached': document,
  'habilitation.detached': document,
  'habilitation.read': document,
  'bulle.sealed': { bulle: text, dataset, sha256: hash, optOuts },
  'bulle.renewed': {
    bulle: text,
    domain: text,
    generation: count,
    because: oneOf('batch', 'delay'),
    sha256: hash,
    optOuts,
  },
  'bulle.failed': { bulle: text, dataset },
  'bulle.closed': { bulle: text },
  'bulle.shredded': { bulle: text },
  'query.intent': {
    query: text,
    permit,
    purpose: text,
    objective: optional(text),
    datasets: list(shape({ name: text, version: count, columns: list(text) })),
    statement: hash,
    plan: hash,
    decision,
  },
  'query.refused': { query: text, code, rule: optional(text), permit: optional(permit) },
  'query.release': {
    query: text,
    of: count,
    shape: shape({ rows: count, columns: count, cellsWithheld: count, bytes: count }),
    resultSha256: hash,
    decision,
  },
  'query.abort': {
    query: text,
    of: optional(count),
    cause: oneOf('deadline', 'memory', 'crash', 'revoked', 'client', 'restart', 'drift', 'failed'),
  },
  'query.checked': { query: text, decision: oneOf('allow', 'refuse'), code: optional(code) },
  'query.cancelled': { query: text },
  'airlock.opened': { release: text, permit },
  'airlock.filed': { release: text, file: count, bytes: count, sha256: optional(hash) },
  'airlock.exact': {
    ...{ release: text, query: text, run: text, permit, statement: hash, plan: hash, decision },
    released: oneOf(false),
  },
  'airlock.removed': { release: text, file: count },
  'airlock.requested': { release: text, round: count, permit, files: leaving, serious: count, look: count },
  'airlock.read': {
    release: text,
    file: count,
    part: oneOf('file', 'findings', 'exact', 'exact-findings'),
    bytes: count,
    sha256: hash,
  },
  'airlock.reviewed': { release: text, round: count, vote: oneOf('approve', 'refuse', 'changes') },
  'airlock.returned': { release: text, round: count },
  'airlock.released': {
    ...{ release: text, round: count, permit, files: leaving, record: hash, decision },
    exact: optional(count),
  },
  'airlock.refused': { release: text, round: count, files: leaving },
  'airlock.withdrawn': { release: text, cause: oneOf('asker', 'time') },
  'airlock.delivered': { release: text, bytes: count, sha256: hash },
  'airlock.destroyed': { release: text, files: leaving },
  'policy.loaded': { sha256: hash },
  'proof.recorded': { proof: text, version: optional(text), until: text },
  'policy.proposed': { ...policyChange, checked: oneOf(true, false) },
  'policy.approved': { ...policyChange, proposed: place },
  'policy.activated': {
    ...policyChange,
    previous: optional(hash),
    basis: oneOf('first', 'approved', 'demo'),
    proposed: optional(place),
    approved: optional(place),
  },
  'policy.refused': policyChange,
  'key.created': { purpose: text, sha256: hash },
  'key.rotated': { provider: text, version: text, keys: count },
  'audit.read': { entries: count, beside: optional(list(oneOf('figures', 'verification', 'projects'))) },
  'audit.opened': { shard: text, of: count },
  'audit.exported': {
    tiles: optional(text),
    format: optional(oneOf('csv', 'xlsx')),
    entries: optional(count),
  },
  'audit.verified': {
    status: oneOf('intact', 'tampered', 'stale', 'unverifiable'),
    entries: count,
    ms: count,
    bad: optional(shape({ class: text, shard: text, of: optional(count) })),
  },
  'register.published': { sha256: hash, requests: count },
  'report.made': { report: text, format: text, from: text, until: text, sha256: hash },
  'backup.made': { entries: count, bytes: count, sha256: hash },
  'anomaly.raised': { anomaly: text, family: optional(text) },
  'anomaly.closed': { anomaly: text, conclusion: oneOf('explained', 'corrected', 'incident', 'mistaken') },
  'incident.opened': {
    incident: text,
    detected: text,
    entry: optional(shape({ shard: text, seq: count })),
    finding: optional(text),
  },
  'incident.described': { incident: text },
  'incident.notified': { incident: text, clock: incidentClock, answer: oneOf('sent', 'not-due'), at: text },
  'incident.persons': { incident: text, decision: oneOf('told', 'not-told') },
  'incident.overdue': { incident: text, clock: incidentClock },
  'incident.closed': { incident: text },
}

const common: Members = {
  v: oneOf(1),
  seq: count,
  ts: matches(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  boot: matches(/^[0-9a-f]{16}$/),
  n: matches(/^[A-Za-z0-9_-]{22}$/),
  type: (value) => typeof value === 'string',
  actor: optional(
    shape({
      ps: hex,
      seq: count,
      iss: text,
      level: oneOf(0, 1, 2, 3),
      sid: text,
      door: oneOf('http', 'pg', 'cli', 'node', 'system'),
    }),
  ),
  project: optional(shape({ id: text, seq: count, prev: hex })),
  holders: optional(list(shape({ id: text, seq: count }))),
  sealed: optional(shape({ id: hex, sha256: hex })),
  policy: optional(hash),
}

const checks = new Map(
  Object.entries(bodies).map(([type, members]) => [type, shape({ ...common, ...members })] as const),
)

/** What the other checks need of an entry once its shape is known to be right. */
export interface Entry {
  readonly seq: number
  readonly ts: string
  readonly type: string
  readonly actor?: { readonly ps: string; readonly seq: number }
  readonly project?: { readonly id: string; readonly seq: number; readonly prev: string }
  readonly holders?: readonly { readonly id: string; readonly seq: number }[]
  readonly sealed?: { readonly id: string; readonly sha256: string }
  readonly query?: string
  readonly of?: number
  readonly prevOrigin?: string
  readonly prevSize?: number
  readonly prevRoot?: string
  readonly headsSha256?: string
  readonly size?: number
  readonly root?: string
  readonly origin?: string
  readonly months?: number
}

/** The entry that these bytes are; undefined when they are not canonical or not of a known shape. */
export function readEntry(bytes: Buffer): Entry | undefined {
  const value = readCanonical(bytes)
  if (!isObject(value)) return undefined
  const isKnown = checks.get(String(value.type))?.(value) ?? false
  // The shape has just been checked member by member.
  return isKnown ? (value as unknown as Entry) : undefined
}

/** The JSON value of which these are the canonical bytes; undefined for any other bytes. */
export function readCanonical(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined
  const source = bytes.toString()
  try {
    const value: unknown = JSON.parse(source)
    // What is in order and reads the same is canonical; the slow way is for names that are numbers, which objects reorder.
    const isCanonical = isSorted(value) && JSON.stringify(value) === source
    return isCanonical || writeCanonical(value) === source ? value : undefined
  } catch {
    return undefined
  }
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isSorted)
  let last = ''
  for (const [key, member] of Object.entries(value)) {
    if (key < last || !isSorted(member)) return false
    last = key
  }
  return true
}

export function writeCanonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${writeCanonical(value[key])}`)
  return `{${members.join(',')}}`
}
