/** `huisclos report`: a report of a running node, kept with its signature beside it. */
import { writeFile } from 'node:fs/promises'
import { ask, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface ReportOptions {
  readonly from?: string
  readonly until?: string
  readonly organisation?: string
  readonly output?: string
}

const formats = ['json', 'csv', 'xlsx', 'md', 'html']

/** Written as the ending of the name says, with `<file>.jws` beside it; without a name, shown as Markdown. */
export async function report(
  client: Client,
  out: Out,
  { name, output, ...period }: ReportOptions & { readonly name: string },
): Promise<void> {
  const format = output === undefined ? 'md' : (/\.([a-z]+)$/.exec(output)?.[1] ?? '')
  if (!formats.includes(format)) throw new CommandError(`-o FICHIER.${formats.join(' | .')}`, exits.usage)
  const given = Object.entries({ ...period, format })
  const query = new URLSearchParams(given.filter(([, value]) => value !== undefined))
  const call = `GET /api/v1/reports/${encodeURIComponent(name)}?${query}`
  const response = await ask(client, call, { accept: '*/*', signal: out.signal })
  const bytes = Buffer.from(await response.arrayBuffer())
  const receipt = response.headers.get('huisclos-receipt') ?? ''
  if (output === undefined) out.stdout.write(bytes)
  else {
    await writeFile(output, bytes, { mode: 0o600 })
    await writeFile(`${output}.jws`, response.headers.get('huisclos-signature') ?? '', { mode: 0o600 })
  }
  const kept = output === undefined ? '' : `${output} + ${output}.jws · `
  out.stderr.write(`${kept}${receipt}\n`)
}
