/** `huisclos passport`: the visas of what one may query now, or what a passport of somebody else is worth here. */
import { readFile } from 'node:fs/promises'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface PassportOptions {
  /** A file that holds a passport to hand in. */
  readonly present?: string
  readonly json?: boolean
}

interface Passport {
  readonly ga4gh_passport_v1: readonly string[]
}

interface Received {
  readonly visas: readonly {
    readonly sha256: string
    readonly type?: string
    readonly counts: boolean
    readonly rule?: string
  }[]
  readonly proofs: readonly { readonly proof: string; readonly until: string }[]
}

/** One line for each visa; the tokens themselves with `--json` only, which is what another system takes. */
export async function passport(client: Client, out: Out, options: PassportOptions): Promise<void> {
  const { present, json } = options
  if (present !== undefined) return handIn(client, out, { file: present, ...(json && { json }) })
  const own = await askJson<Passport>(client, 'GET /api/v1/me/passport')
  const lines = own.ga4gh_passport_v1.map(visaLine)
  const none = 'aucun visa : aucun projet ouvert en ce moment / no visa: no project is open now'
  out.stdout.write(
    json ? `${JSON.stringify(own)}\n` : `${(lines.length === 0 ? [none] : lines).join('\n')}\n`,
  )
}

/** What a visa says, for the eye: nothing is checked here, our own node has just signed it. */
function visaLine(token: string): string {
  const said = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly exp: number
    readonly ga4gh_visa_v1: { readonly type: string; readonly value: string }
  }
  const until = new Date(said.exp * 1_000).toISOString()
  return `${said.ga4gh_visa_v1.type}  ${said.ga4gh_visa_v1.value}  jusqu’à / until ${until}`
}

async function handIn(
  client: Client,
  { stdout }: Out,
  { file, json }: { readonly file: string; readonly json?: boolean },
): Promise<void> {
  const token = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} : illisible / cannot be read`, exits.usage)
  })
  const told = await askJson<Received>(client, 'PUT /api/v1/me/passport', {
    body: { passport: token.trim() },
  })
  const visas = told.visas.map(({ sha256, type = '?', counts, rule }) => {
    const worth = counts ? 'compte / counts' : `ne compte pas / does not count: ${rule}`
    return `${sha256.slice(0, 12)}  ${type}  ${worth}`
  })
  const proofs = told.proofs.map(({ proof, until }) => `→ ${proof}  jusqu’à / until ${until}`)
  stdout.write(json ? `${JSON.stringify(told)}\n` : `${[...visas, ...proofs].join('\n')}\n`)
}
