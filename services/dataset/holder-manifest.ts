/**
 * The manifest that a holder signs over one deposit (governance.md 11): what it sent, so that neither the way nor the node can
 * change it unseen. The holder's key is the one with which it countersigns lines. Pure.
 */
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { SigningKey } from '../habilitation/signature.ts'
import { signCompact, verifyCompact } from '../identity/jws.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Finding } from './finding.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()

const manifestForm = z.strictObject({
  v: z.literal(1),
  dataset: z.string().max(100),
  /** SHA-256 of the descriptor, as `GET /api/v1/datasets/{name}` has it. */
  schema: hash,
  tables: z
    .array(z.strictObject({ name: z.string().max(64), rows: count, bytes: count, sha256: hash }))
    .min(1)
    .max(200),
  /** Function and key version of the first-level pseudonyms, as each of them begins; null where there are none. */
  pseudonymKey: z
    .string()
    .regex(/^h1k\d{2}$/)
    .nullable(),
  /** How many persons who object the holder left out; null where it looked at no list. */
  optOuts: z.strictObject({ applied: count }).nullable(),
  producedAt: z.iso.datetime(),
})
export type HolderManifest = z.infer<typeof manifestForm>

const type = 'huisclos-manifest+jws'
const maxBytes = 256 * 1024

/** A JWS compact text over the canonical manifest. */
export function signManifest(manifest: HolderManifest, { kid, privateKey }: SigningKey): string {
  return signCompact({ payload: canonical(manifest), key: privateKey, kid, typ: type })
}

/** By what a manifest is named: the SHA-256 of what was signed, whoever signed it. Refusal INVALID unless it is a JWS. */
export function manifestHash(jws: string): string {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(jws) ?? []
  if (payload === '' || jws.length > maxBytes) throw new Refusal('INVALID', { rule: 'manifest.form' })
  return sha256(Buffer.from(payload, 'base64url').toString())
}

/** The manifest when one of these keys signed it and it has the form; else what is wrong with it, as a finding. */
export function openManifest(
  jws: string,
  keys: ReadonlyMap<string, KeyObject>,
): HolderManifest | { readonly finding: Finding } {
  const text = verified(jws, keys)
  if (text === null) return { finding: { severity: 'error', rule: 'manifest.signature', count: 1 } }
  const read = manifestForm.safeParse(parsed(text))
  const isOne = read.success && canonical(read.data) === text
  return isOne ? read.data : { finding: { severity: 'error', rule: 'manifest.form', count: 1 } }
}

function verified(token: string, keys: ReadonlyMap<string, KeyObject>): string | null {
  try {
    return verifyCompact({ token, keys, typ: type, algorithms: ['ES256'], maxBytes }).payload
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What the node has of a deposit, to be held against what was signed. */
interface Received {
  readonly dataset: string
  readonly schema: string
  readonly files: readonly { readonly table: string; readonly bytes: number; readonly sha256: string }[]
}

/** Each member that says something else than what was received, before a file is read. */
export function differencesOf(manifest: HolderManifest, received: Received): readonly Finding[] {
  const signed = new Map(manifest.tables.map((one) => [one.name, one]))
  const isListed = signed.size === manifest.tables.length && signed.size === received.files.length
  return [
    ...(manifest.dataset === received.dataset ? [] : [different('dataset')]),
    ...(manifest.schema === received.schema ? [] : [different('schema')]),
    ...(isListed ? [] : [different('tables')]),
    ...received.files.flatMap(({ table, bytes, sha256: hashed }) => {
      const one = signed.get(table)
      if (one === undefined) return [different('name', table)]
      return [
        ...(one.bytes === bytes ? [] : [different('bytes', table)]),
        ...(one.sha256 === hashed ? [] : [different('sha256', table)]),
      ]
    }),
  ]
}

/** Tables that were read with another number of rows than the one that was signed, and keys of pseudonyms nobody announced. */
export function readDifferences(
  manifest: HolderManifest,
  read: {
    readonly rows: readonly { readonly table: string; readonly rows: number }[]
    readonly keys: readonly string[]
  },
): readonly Finding[] {
  const signed = new Map(manifest.tables.map(({ name, rows }) => [name, rows]))
  const wrong = read.rows.filter(({ table, rows }) => signed.get(table) !== rows)
  const isOther = read.keys.some((key) => key !== manifest.pseudonymKey)
  return [
    ...wrong.map(({ table }) => different('rows', table)),
    ...(isOther ? [different('pseudonymKey')] : []),
  ]
}

function different(member: string, table?: string): Finding {
  const rule = table === undefined ? 'manifest.member' : 'manifest.table'
  const place = table === undefined ? {} : { table }
  return { severity: 'error', rule, count: 1, with: { member }, ...place }
}
