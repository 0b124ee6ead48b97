/** `huisclos policies`: what the rules say, whether they hold, what a change of them breaks, and its two persons. */
import { join } from 'node:path'
import { type Bundle, changedPaths, type PolicyFile, readBundle } from '../habilitation/bundle.ts'
import { isHeld, type Played } from '../habilitation/cases.ts'
import { type NodeRulebook, rulebookOf } from '../habilitation/rulebook.ts'
import { vocabularyNames } from '../habilitation/vocabulary.ts'
import { playBundle } from '../review/bundle-cases.ts'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { differences } from './policy-differences.ts'
import type { Out } from './query.ts'

/** The folder of the rules that are shipped, and in force unless a start is told otherwise. */
export const shippedPolicies = join(import.meta.dirname, '..', '..', 'policies')

const marks: Readonly<Record<string, string>> = {
  verified: '✔ lu / read',
  'second-hand': '◐ de seconde main / second-hand',
  lawyer: '⚖ à vérifier / to be checked',
  choice: '◆ choix / choice',
}

/** A folder that cannot be read or does not validate is a check that failed. */
function failing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exits.checkFailed)
  }
}

async function bundleAt(folder: string): Promise<Bundle> {
  return readBundle(folder).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), exits.checkFailed)
  })
}

/** Every rule and every entry of the vocabularies, with its source and how surely it was read. */
export async function listPolicies(folder: string, { stdout }: Out): Promise<void> {
  const bundle = await bundleAt(folder)
  const rules = failing(() => rulebookOf(bundle, { node: '' }))
  stdout.write(`${[...linesOfRules(rules), ...linesOfVocabularies(rules)].join('\n')}\n`)
  stdout.write(`sha256:${bundle.sha256}\n`)
}

function linesOfRules({ policies }: NodeRulebook): readonly string[] {
  return [
    'query.cedar',
    ...policies.map(({ id, annotations: { code = 'permis / permit', titre, base_legale } }) => {
      return `  ${id.padEnd(24)} ${code.padEnd(22)} ${titre} (${base_legale})`
    }),
  ]
}

function linesOfVocabularies({ vocabularies }: NodeRulebook): readonly string[] {
  return vocabularyNames.flatMap((name) => [
    `vocabulary/${name}.json`,
    ...vocabularies[name].map(({ code, fr, source }) => {
      return `  ${code.padEnd(24)} ${fr} · ${source.text} · ${marks[source.mark]}`
    }),
  ])
}

/** Validates a folder and plays every case. CommandError, status 5, when one does not hold or the folder does not validate. */
export async function testPolicies(
  folder: string,
  { stdout, stderr }: Out,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const bundle = await bundleAt(folder)
  const played = failing(() => playBundle(bundle))
  const broken = played.filter((one) => !isHeld(one))
  if (json) stdout.write(`${JSON.stringify({ sha256: bundle.sha256, cases: played.length, broken })}\n`)
  else stdout.write(`${[...tally(played), ...broken.map(lineOf), `sha256:${bundle.sha256}`].join('\n')}\n`)
  if (broken.length === 0) return
  stderr.write(`${broken.length} cas ne tiennent plus / cases no longer hold\n`)
  throw new CommandError('', exits.checkFailed)
}

/** One line per file: how many of its cases hold. */
function tally(played: readonly Played[]): readonly string[] {
  const files = [...new Set(played.map(({ file }) => file))]
  return files.map((file) => {
    const of = played.filter((one) => one.file === file)
    const held = of.filter(isHeld).length
    return `${held === of.length ? '✔' : '✘'} ${file.padEnd(36)} ${held}/${of.length} cas / cases`
  })
}

function lineOf({ file, entry, title, expected, found }: Played): string {
  return `✘ ${file} · ${entry} · ${title} : attendu / expected ${expected}, obtenu / found ${found}`
}

/** What changes from one folder to another, entry by entry, and which cases of the first the second breaks. */
export async function diffPolicies(
  { before, after }: { readonly before: string; readonly after: string },
  { stdout }: Out,
): Promise<void> {
  const [old, fresh] = await Promise.all([bundleAt(before), bundleAt(after)])
  const changed = changedPaths(old.index, fresh.index)
  if (changed.length === 0) stdout.write('les mêmes règles / the same rules\n')
  const text = ({ files }: Bundle, path: string) => files.find((one) => one.path === path)?.text ?? null
  const lines = changed.flatMap((path) => [path, ...differences(path, text(old, path), text(fresh, path))])
  const broken = failing(() => playBundle(withCasesOf(fresh, old))).filter((one) => !isHeld(one))
  const told =
    broken.length === 0 ? [] : ['cas d’avant qui changent / earlier cases that change', ...broken.map(lineOf)]
  stdout.write([...lines, ...told].map((line) => `${line}\n`).join(''))
}

/** The rules of the second under the cases of the first: what was said to hold, and holds no longer. */
function withCasesOf(fresh: Bundle, old: Bundle): Bundle {
  const cases = new Map(old.files.map(({ path, text }) => [path, text]))
  const files = fresh.files.map((file): PolicyFile => ({ ...file, text: merged(file, cases.get(file.path)) }))
  return { ...fresh, files }
}

function merged({ path, text }: PolicyFile, before: string | undefined): string {
  if (before === undefined || !path.endsWith('.json')) return text
  if (path.startsWith('cases/')) return before
  if (!path.startsWith('vocabulary/')) return text
  const entries = JSON.parse(before) as readonly { readonly code: string; readonly cases: unknown }[]
  const known = new Map(entries.map(({ code, cases }) => [code, cases]))
  const now = JSON.parse(text) as readonly { readonly code: string; readonly cases: unknown }[]
  return JSON.stringify(now.map((entry) => ({ ...entry, cases: known.get(entry.code) ?? entry.cases })))
}

interface Act {
  readonly subject: string
  readonly at: string
}
interface Proposal {
  readonly sha256: string
  readonly previous: string
  readonly changed: readonly string[]
  readonly reason: string
  readonly checked: boolean
  readonly proposed: Act
  readonly approved: Act | null
}

/** Sends a folder to be approved by a second person. */
export async function proposePolicies(
  client: Client,
  { stdout }: Out,
  { folder, ...options }: { readonly folder: string; readonly reason: string; readonly unchecked?: boolean },
): Promise<void> {
  const { files } = await bundleAt(folder)
  const body = { files, ...options }
  stdout.write(`${said(await askJson<Proposal>(client, 'POST /api/v1/policies/proposals', { body }))}\n`)
}

/** Agrees to a proposal, as another person. */
export async function approvePolicies(client: Client, { stdout }: Out, sha256: string): Promise<void> {
  const call = `POST /api/v1/policies/proposals/${sha256}/approval`
  stdout.write(`${said(await askJson<Proposal>(client, call))}\n`)
}

/** All proposals; with a hash, what that one changes. */
export async function showProposals(client: Client, { stdout }: Out, sha256?: string): Promise<void> {
  if (sha256 === undefined) {
    const { proposals } = await askJson<{ proposals: readonly Proposal[] }>(
      client,
      'GET /api/v1/policies/proposals',
    )
    for (const one of proposals) stdout.write(`${said(one)}\n`)
    return
  }
  const { proposal, files } = await askJson<{
    proposal: Proposal
    files: readonly { path: string; before: string | null; after: string | null }[]
  }>(client, `GET /api/v1/policies/proposals/${sha256}`)
  const lines = files.flatMap(({ path, before, after }) => [path, ...differences(path, before, after)])
  stdout.write(`${[said(proposal), ...lines].join('\n')}\n`)
}

function said({ sha256, changed, reason, checked, proposed, approved }: Proposal): string {
  const second =
    approved === null
      ? 'attend une autre personne / waits for another person: huisclos policies approve'
      : `approuvé par / approved by ${approved.subject} · en vigueur au prochain démarrage / in force at the next start`
  return [
    sha256,
    `  proposé par / proposed by ${proposed.subject}, ${proposed.at} : ${reason}`,
    `  ${changed.join(', ')}`,
    ...(checked ? [] : ['  ! version ultérieure, cas non joués / later version, cases not played']),
    `  ${second}`,
  ].join('\n')
}
