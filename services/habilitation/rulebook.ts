/** policies/ read, validated and hashed: rules, vocabularies, parameters. Read as data, from a folder given by main.ts. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ProofRules } from '../identity/proof-rules.ts'
import { type VisaPolicy, visaPolicy } from '../identity/visa-policy.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { isCode } from '../kernel/refusal.ts'
import { openCedar, type Policy } from './cedar.ts'
import { decide } from './decide.ts'
import type { Ask, Decision, Rulebook } from './decision.ts'
import type { CurrentPermit } from './permit.ts'
import { personRules } from './person-rules.ts'
import { type ReviewThresholds, reviewThresholds } from './thresholds.ts'
import { disclosure, type Vocabularies, vocabulary, vocabularyNames } from './vocabulary.ts'

/** The rulebook with what only this room reads of it. */
export interface OpenRulebook extends Rulebook {
  readonly vocabularies: Vocabularies
  readonly policies: readonly Policy[]
  /** Proofs of persons; absent from bundles of before they were policy. */
  readonly persons?: ProofRules
  /** The index of the bundle, whose hash names it, and every file: what must be kept to decide again. */
  readonly texts: readonly string[]
}

/** The rules of a running node: what the DPO's review looks for is among them, and decides nothing. */
export interface NodeRulebook extends OpenRulebook {
  readonly persons: ProofRules
  readonly review: ReviewThresholds
  /** Which visas of others stand for a proof: what they add to a person is in the facts of a decision. */
  readonly visas: VisaPolicy
}

const annotations = z.looseObject({
  id: z.string().min(1),
  titre: z.string().min(1),
  raison: z.string().min(1),
  base_legale: z.string().min(1),
})

/**
 * Reads a folder of policies. Anything that does not validate (an unknown member, a rule without reason, a forbid without a
 * known refusal code, a policy that the schema contradicts) throws an Error that names file or rule: the node does not start.
 */
export async function openRulebook(folder: string, { node }: { node: string }): Promise<NodeRulebook> {
  const files = await readAll(folder)
  const review = read('review.json', reviewThresholds, textOf(files))
  const visas = read('visas.json', visaPolicy, textOf(files))
  const persons = read('persons.json', personRules, textOf(files))
  return { ...makeRulebook(files, { node }), review, visas, persons }
}

function makeRulebook(files: readonly PolicyFile[], { node }: { node: string }): OpenRulebook {
  const index = canonical(files.map(({ path, text }) => [path, sha256(text)]))
  const bundle = sha256(index)
  const text = textOf(files)
  const cedarTexts = files.filter(({ path }) => path.endsWith('.cedar')).map((file) => file.text)
  const cedar = openCedar(bundle, { schema: text('schema.cedarschema'), texts: cedarTexts })
  cedar.policies.forEach(checkAnnotations)
  const vocabularies = readVocabularies(text)
  const parameters = read('disclosure.json', disclosure, text)
  const hasPersons = files.some(({ path }) => path === 'persons.json')
  const persons = hasPersons ? read('persons.json', personRules, text) : undefined
  const rules = { cedar, bundle, node, ...(persons && { persons }) }
  const codes = new Map(
    Object.entries(vocabularies).map(([name, entries]) => [name, new Set(entries.map(({ code }) => code))]),
  )
  return {
    sha256: bundle,
    node,
    decide: (ask: Ask, current: CurrentPermit | null): Decision => decide(ask, current, rules),
    disclosure: parameters,
    codes: (name) => codes.get(name) ?? new Set(),
    vocabularies,
    ...(persons && { persons }),
    policies: cedar.policies,
    texts: [index, ...files.map((file) => file.text)],
  }
}

const policyIndex = z.array(z.tuple([z.string(), z.string()]))

/**
 * The rulebook of a bundle from texts that were kept, each by its SHA-256; `read` answers null for what is gone. Null when the
 * bundle or one of its files is: what was decided by it cannot be decided again.
 */
export async function keptRulebook(
  bundle: string,
  { node, read: kept }: { node: string; read: (sha256: string) => Promise<string | null> },
): Promise<OpenRulebook | null> {
  const index = await kept(bundle)
  if (index === null) return null
  const files: PolicyFile[] = []
  for (const [path, hash] of policyIndex.parse(JSON.parse(index))) {
    const text = await kept(hash)
    if (text === null) return null
    files.push({ path, text })
  }
  return makeRulebook(files, { node })
}

interface PolicyFile {
  readonly path: string
  readonly text: string
}

/** Every file of the folder in the order of its path, so that the hash is that of the content alone. */
async function readAll(folder: string): Promise<readonly PolicyFile[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(join(folder, '/').length).replaceAll('\\', '/'))
    .sort()
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })))
}

function textOf(files: readonly PolicyFile[]): (path: string) => string {
  return (path) => {
    const file = files.find((one) => one.path === path)
    if (file === undefined) throw new Error(`policies: ${path} is missing`)
    return file.text
  }
}

function readVocabularies(text: (path: string) => string): Vocabularies {
  const entries = vocabularyNames.map(
    (name) => [name, read(`vocabulary/${name}.json`, vocabulary, text)] as const,
  )
  return Object.fromEntries(entries) as unknown as Vocabularies // every name was read, just above
}

function read<T>(path: string, schema: z.ZodType<T>, text: (path: string) => string): T {
  const parsed = schema.safeParse(JSON.parse(text(path)))
  if (parsed.success) return parsed.data
  throw new Error(`policies: ${path}: ${z.prettifyError(parsed.error)}`)
}

function checkAnnotations(policy: Policy): void {
  const named = annotations.safeParse(policy.annotations)
  if (!named.success) throw new Error(`policy ${policy.id}: ${z.prettifyError(named.error)}`)
  const { code } = policy.annotations
  if (policy.effect === 'forbid' && !isCode(code)) throw new Error(`policy ${policy.id} has no refusal code`)
}
