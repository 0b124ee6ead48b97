/** policies/ read, validated and hashed: rules, vocabularies, parameters. Read as data, from a folder given by main.ts. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { canonical, sha256 } from '../kernel/hash.ts'
import { openCedar, type Policy } from './cedar.ts'
import { decide, isCode } from './decide.ts'
import type { Ask, Decision, Rulebook } from './decision.ts'
import type { CurrentPermit } from './permit.ts'
import { disclosure, type Vocabularies, vocabulary, vocabularyNames } from './vocabulary.ts'

/** The rulebook with what only this room reads of it. */
export interface OpenRulebook extends Rulebook {
  readonly vocabularies: Vocabularies
  readonly policies: readonly Policy[]
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
export async function openRulebook(folder: string, { node }: { node: string }): Promise<OpenRulebook> {
  const files = await readAll(folder)
  const bundle = sha256(canonical(files.map(({ path, text }) => [path, sha256(text)])))
  const text = (path: string): string => {
    const file = files.find((one) => one.path === path)
    if (file === undefined) throw new Error(`policies: ${path} is missing`)
    return file.text
  }
  const cedarTexts = files.filter(({ path }) => path.endsWith('.cedar')).map((file) => file.text)
  const cedar = openCedar(bundle, { schema: text('schema.cedarschema'), texts: cedarTexts })
  cedar.policies.forEach(checkAnnotations)
  const vocabularies = readVocabularies(text)
  const parameters = read('disclosure.json', disclosure, text)
  const rules = { cedar, bundle, node }
  const codes = new Map(
    Object.entries(vocabularies).map(([name, entries]) => [name, new Set(entries.map(({ code }) => code))]),
  )
  return {
    sha256: bundle,
    decide: (ask: Ask, current: CurrentPermit | null): Decision => decide(ask, current, rules),
    disclosure: parameters,
    codes: (name) => codes.get(name) ?? new Set(),
    vocabularies,
    policies: cedar.policies,
  }
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
