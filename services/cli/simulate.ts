/** `huisclos simulate`: what would be decided, without asking anything of the data. */
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface SimulateOptions {
  readonly project: string
  /** `issuer:subject`, or a subject of the demo issuer. */
  readonly person: string
  readonly dataset?: string
  readonly purpose?: string
  readonly objective?: string
  readonly date?: string
  readonly json?: boolean
}

interface Simulation {
  readonly decision: 'permit' | 'deny'
  readonly code?: string
  readonly rule: string
  readonly legalBasis?: string
  readonly fact?: string
  readonly hint?: string
  readonly missing?: readonly { readonly path: string; readonly message: string }[]
  readonly purpose?: string
  readonly at: string
  readonly permit: { readonly id: string }
}

/** The decision, on standard output in both cases; a refusal ends with its own status. */
export async function simulate(
  client: Client,
  { stdout }: Out,
  { person, json, ...options }: SimulateOptions,
): Promise<void> {
  const { project, dataset, purpose, objective, date } = options
  const body = { person: personOf(person), project, dataset, purpose, objective, date }
  const told = await askJson<Simulation>(client, 'POST /api/v1/habilitations/simulation', { body })
  stdout.write(json ? `${JSON.stringify(told)}\n` : `${linesOf(told).join('\n')}\n`)
  if (told.decision === 'deny') throw new CommandError('', exits.refused)
}

export interface PersonNamed {
  readonly issuer: string
  readonly subject: string
}

/** `issuer:subject`, or a subject of the demo issuer. */
export function personOf(text: string): PersonNamed {
  const cut = text.lastIndexOf(':')
  return cut === -1
    ? { issuer: 'demo', subject: text }
    : { issuer: text.slice(0, cut), subject: text.slice(cut + 1) }
}

function linesOf(told: Simulation): readonly string[] {
  const { decision, code, rule, legalBasis, fact, hint, missing = [], purpose, at, permit } = told
  return [
    `${decision === 'permit' ? 'permis / permit' : `refus / deny: ${code}`} · ${permit.id} · ${at}`,
    `règle / rule: ${rule}${legalBasis === undefined ? '' : ` (${legalBasis})`}`,
    ...(purpose === undefined ? [] : [`finalité / purpose: ${purpose}`]),
    ...(fact === undefined ? [] : [fact]),
    ...missing.map(({ path, message }) => `  ${path}: ${message}`),
    ...(hint === undefined ? [] : [`→ ${hint}`]),
  ]
}
