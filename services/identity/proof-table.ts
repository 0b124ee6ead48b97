/** The history of proofs: written once, and the newest of each kind applied to the account. */
import type { Actor, Receipt } from '../kernel/id.ts'
import type { Database } from '../store/store.ts'
import type { IdentityProof } from '../store/tables.ts'
import type { ProofKind } from './person.ts'

export interface RecordedProof {
  readonly person: Actor
  readonly proof: ProofKind
  readonly version?: string | undefined
  /** Instants in ms. */
  readonly at: number
  readonly until: number
  readonly by: Actor
}

/** Adds one proof, under the entry that recorded it, and applies it. */
export async function addProof(
  db: Database,
  proof: RecordedProof,
  { log, seq }: Pick<Receipt, 'log' | 'seq'>,
): Promise<void> {
  const { person, by } = proof
  const row = {
    audit_log: log,
    audit_seq: seq,
    issuer: person.issuer,
    subject: person.subject,
    kind: proof.proof,
    version: proof.version ?? null,
    at_ms: proof.at,
    until_ms: proof.until,
    by_issuer: by.issuer,
    by_subject: by.subject,
  }
  await db.insertInto('identity_proof').values(row).execute()
  await apply(db, row)
}

/** All that was recorded of a person, the newest first. */
export async function proofsOf(db: Database, { issuer, subject }: Actor): Promise<readonly RecordedProof[]> {
  const rows = await rowsOf(db, { issuer, subject })
  return rows.map((row) => ({
    person: { issuer, subject },
    proof: kindOf(row),
    ...(row.version !== null && { version: row.version }),
    at: row.at_ms,
    until: row.until_ms,
    by: { issuer: row.by_issuer, subject: row.by_subject },
  }))
}

/** The entries that have a row here, as `<log> <seq>`. */
export async function recordedProofs(db: Database): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('identity_proof').select(['audit_log', 'audit_seq']).execute()
  return new Set(rows.map(({ audit_log, audit_seq }) => `${audit_log} ${audit_seq}`))
}

/** The kind of that name; null where there is none. */
export function proofKind(name: string): ProofKind | null {
  return kinds.find((one) => one === name) ?? null
}

/** Brings an account that was written anew to the proofs that were recorded of it. */
export async function applyRecorded(db: Database, person: Actor): Promise<void> {
  const rows = await rowsOf(db, person)
  for (const row of rows.toReversed()) await apply(db, row)
}

function rowsOf(db: Database, { issuer, subject }: Actor): Promise<IdentityProof[]> {
  return db
    .selectFrom('identity_proof')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .orderBy('at_ms', 'desc')
    .orderBy('audit_seq', 'desc')
    .execute()
}

const kinds = ['training', 'charter', 'review', 'workstation', 'affiliation'] as const

/** The table takes these words alone. */
function kindOf({ kind }: IdentityProof): ProofKind {
  const found = proofKind(kind)
  if (found === null) throw new Error('a proof of an unknown kind')
  return found
}

async function apply(db: Database, row: IdentityProof): Promise<void> {
  await db
    .updateTable('identity_account')
    .set(columnsOf(kindOf(row), row))
    .where('issuer', '=', row.issuer)
    .where('subject', '=', row.subject)
    .execute()
}

function columnsOf(kind: ProofKind, { version, until_ms: until }: IdentityProof) {
  switch (kind) {
    case 'training':
      return { training_until_ms: until, training_version: version }
    case 'charter':
      return { charter_until_ms: until, charter_version: version }
    case 'review':
      return { review_until_ms: until }
    case 'workstation':
      return { workstation_until_ms: until }
    case 'affiliation':
      return { affiliation_until_ms: until }
  }
}
