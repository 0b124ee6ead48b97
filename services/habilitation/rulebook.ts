/** policies/ read, validated and hashed: rules, vocabularies, parameters. Read as data, from a folder given by main.ts. */
import { z } from 'zod'
import type { ProofRules } from '../identity/proof-rules.ts'
import { type VisaPolicy, visaPolicy } from '../identity/visa-policy.ts'
import { isCode } from '../kernel/refusal.ts'
import { type Bundle, keptBundle, readBundle } from './bundle.ts'
import { type Cedar, openCedar, type Policy } from './cedar.ts'
import { clockIds } from './deadline.ts'
import { decide } from './decide.ts'
import type { Ask, Decision, Rulebook } from './decision.ts'
import { capacities, rulesActs } from './matrix.ts'
import { disclosure } from './parameters.ts'
import type { CurrentPermit } from './permit.ts'
import { personRules } from './person-rules.ts'
import { type ReviewThresholds, reviewThresholds } from './thresholds.ts'
import { type Vocabularies, type VocabularyName, vocabularyFiles, vocabularyNames } from './vocabulary.ts'

/** The rulebook with what only this room reads of it. */
export interface OpenRulebook extends Rulebook {
  readonly vocabularies: Vocabularies
  /** Personal proofs, and how long each stands. */
  readonly persons: ProofRules
  readonly policies: readonly Policy[]
  /** What it was made from: what must be kept to decide again, or to compare. */
  readonly files: Bundle
}

/** The rules of a running node: what the DPO's review looks for is among them, and decides nothing. */
export interface NodeRulebook extends OpenRulebook {
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
  return rulebookOf(await readBundle(folder), { node })
}

/** As openRulebook, of a bundle that was read before. */
export function rulebookOf(files: Bundle, { node }: { node: string }): NodeRulebook {
  const { sha256: bundle } = files
  const text = textOf(files)
  const cedar = cedarOf(files)
  if (!cedar.policies.some(({ effect }) => effect === 'permit')) throw new Error('policies: no rule permits')
  cedar.policies.forEach(checkAnnotations)
  const vocabularies = readVocabularies(text)
  const persons = read('persons.json', personRules, text)
  const rules = { cedar, bundle, node, persons }
  const codes = new Map(
    vocabularyNames.map((name) => [
      name as string,
      new Set(vocabularies[name].map(({ code }) => code as string)),
    ]),
  )
  return {
    sha256: bundle,
    node,
    decide: (ask: Ask, current: CurrentPermit | null): Decision => decide(ask, current, rules),
    disclosure: read('disclosure.json', disclosure, text).values,
    codes: (name) => codes.get(name) ?? new Set(),
    vocabularies,
    persons,
    policies: cedar.policies,
    files,
    review: read('review.json', reviewThresholds, text),
    visas: read('visas.json', visaPolicy, text),
  }
}

/**
 * What decides, of a bundle from texts that were kept, each by its SHA-256; `read` answers null for what is gone. Null when the
 * bundle or one of its files is: what was decided by it cannot be decided again. Its vocabularies are not read: their form may
 * have been another then. Bundles of before proofs were policy have no persons.json.
 */
export async function keptRulebook(
  bundle: string,
  { node, read: kept }: { node: string; read: (sha256: string) => Promise<string | null> },
): Promise<Pick<Rulebook, 'decide'> | null> {
  const files = await keptBundle(bundle, kept)
  if (files === null) return null
  const isOfPersons = files.files.some(({ path }) => path === 'persons.json')
  const persons = isOfPersons ? { persons: readPolicy(files, 'persons.json', personRules) } : {}
  const rules = { cedar: cedarOf(files), bundle, node, ...persons }
  return { decide: (ask, current) => decide(ask, current, rules) }
}

function cedarOf({ sha256, files }: Bundle): Cedar {
  const schema = textOf({ files })('schema.cedarschema')
  const texts = files.filter(({ path }) => path.endsWith('.cedar')).map((file) => file.text)
  return openCedar(sha256, { schema, texts })
}

function textOf({ files }: Pick<Bundle, 'files'>): (path: string) => string {
  return (path) => {
    const file = files.find((one) => one.path === path)
    if (file === undefined) throw new Error(`policies: ${path} is missing`)
    return file.text
  }
}

function readVocabularies(text: (path: string) => string): Vocabularies {
  const entries = vocabularyNames.map((name) => [name, readVocabulary(name, text)] as const)
  const all = Object.fromEntries(entries) as unknown as Vocabularies // every name was read, just above
  insistOn('clocks', clockIds, all)
  insistOn('retention', ['JOURNAL'], all)
  insistOn('roles', capacities, all)
  insistOnRoles(all)
  return all
}

/** Rules that nobody could change any more, or that give persons what the house alone does, are none. */
function insistOnRoles({ roles }: Vocabularies): void {
  for (const act of rulesActs) {
    if (!roles.some(({ facts }) => facts.rules.includes(act)))
      throw new Error(`policies: vocabulary/roles.json: nobody may ${act} a change of the rules`)
  }
  const own = new Set(
    roles.flatMap(({ code, facts }) => (code === 'system' ? Object.keys(facts.commands) : [])),
  )
  for (const { code, facts } of roles) {
    const taken = Object.keys(facts.commands).find((command) => own.has(command))
    if (code !== 'system' && taken !== undefined)
      throw new Error(`policies: vocabulary/roles.json: ${code} may not ${taken}, which no person does`)
  }
}

/** What the house executes must be there: refused by default is no answer to a clock that never runs out. */
function insistOn(name: VocabularyName, wanted: readonly string[], all: Vocabularies): void {
  const known = new Set<string>(all[name].map(({ code }) => code))
  const absent = wanted.find((code) => !known.has(code))
  if (absent !== undefined) throw new Error(`policies: vocabulary/${name}.json: ${absent} is missing`)
}

function readVocabulary(name: VocabularyName, text: (path: string) => string) {
  return read<Vocabularies[typeof name]>(`vocabulary/${name}.json`, vocabularyFiles[name], text)
}

/** One file of a bundle, in its form. Error that names the file and the first fault. */
export function readPolicy<T>(bundle: Bundle, path: string, schema: z.ZodType<T>): T {
  return read(path, schema, textOf(bundle))
}

function read<T>(path: string, schema: z.ZodType<T>, text: (path: string) => string): T {
  const parsed = schema.safeParse(jsonOf(path, text(path)))
  if (parsed.success) return parsed.data
  throw new Error(`policies: ${path}: ${z.prettifyError(parsed.error)}`)
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`policies: ${path}: not JSON`, { cause })
  }
}

function checkAnnotations(policy: Policy): void {
  const named = annotations.safeParse(policy.annotations)
  if (!named.success) throw new Error(`policy ${policy.id}: ${z.prettifyError(named.error)}`)
  const { code } = policy.annotations
  if (policy.effect === 'forbid' && !isCode(code)) throw new Error(`policy ${policy.id} has no refusal code`)
}
