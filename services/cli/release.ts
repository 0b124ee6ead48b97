/** `release list|show|findings|ask|review|download`: files that leave through the airlock (docs/airlock.md). */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { ask, askJson, type Client } from './client.ts'
import { asOption, jsonOption } from './options.ts'
import type { Out } from './query.ts'
import { plain, unreadable } from './request.ts'

interface Release {
  readonly id: string
  readonly project: string
  readonly title: string
  readonly state: string
  readonly turn: string
  readonly round: number
  readonly votes: { readonly given: number; readonly wanted: number }
  readonly files: readonly {
    readonly number: number
    readonly name: string
    readonly bytes: number
    readonly found: { readonly serious: number; readonly look: number } | null
  }[]
  readonly reviews: readonly { readonly checker: number; readonly vote: string; readonly comment: string }[]
}

interface Shown {
  readonly as?: string
  readonly json?: boolean
}

interface Reaching {
  readonly client: (options: { as?: string }) => Promise<Client>
  readonly out: Out
}

type Lines = (client: Client) => Promise<{ readonly value: unknown; readonly lines: readonly string[] }>

const path = '/api/v1/releases'
const at = (id: string) => `${path}/${encodeURIComponent(id)}`

/** The commands, under one of their own. */
export function addReleaseCommands(program: Command, { client, out }: Reaching): void {
  const parent = program
    .command('release')
    .description('le sas de sortie : des fichiers que deux relecteurs regardent · the airlock')
  const show = async ({ as, json }: Shown, lines: Lines) => {
    const told = await lines(await client(as === undefined ? {} : { as }))
    out.stdout.write(json ? `${JSON.stringify(told.value)}\n` : `${told.lines.map(plain).join('\n')}\n`)
  }
  const command = (name: string, description: string) =>
    parent.command(name).description(description).addOption(asOption()).addOption(jsonOption())
  readingCommands(command, show)
  actingCommands(command, show)
  command('download <id>', 'télécharge le paquet signé · downloads the signed package')
    .requiredOption('-o, --output <fichier>', 'fichier · file')
    .action(async (id: string, { as, output }: Shown & { output: string }) => {
      const call = `GET ${at(id)}/package`
      const answer = await ask(await client(as === undefined ? {} : { as }), call, { accept: '*/*' })
      await writeFile(output, Buffer.from(await answer.arrayBuffer()))
    })
}

type Declare = (name: string, description: string) => Command
type Show = (options: Shown, lines: Lines) => Promise<void>

interface Finding {
  readonly weight: string
  readonly row?: number
  readonly column?: number
  readonly text: string
}

interface Found {
  readonly findings: readonly Finding[]
  /** For checkers alone. */
  readonly withheld: readonly {
    readonly row: number
    readonly column: number
    readonly persons: number
    readonly rules: readonly string[]
  }[]
}

function readingCommands(command: Declare, show: Show): void {
  command(
    'list',
    'ce qui attend votre vote, ou vos sorties · what waits for your vote, or your releases',
  ).action((options: Shown) =>
    show(options, async (client) => {
      const value = await askJson<{ releases: readonly Release[] }>(client, `GET ${path}`)
      return { value, lines: value.releases.map(headOf) }
    }),
  )
  command('show <id>', 'une sortie, ses fichiers, ses votes · a release, its files, its votes').action(
    (id: string, options: Shown) =>
      show(options, async (client) => told(await askJson<Release>(client, `GET ${at(id)}`))),
  )
  command('findings <id> <fichier>', 'les constats sur un fichier · what was found in a file').action(
    (id: string, number: string, options: Shown) =>
      show(options, async (client) => {
        const call = `GET ${at(id)}/files/${encodeURIComponent(number)}/findings`
        const value = await askJson<Found>(client, call)
        return { value, lines: [...value.findings.map(findingLine), ...value.withheld.map(withheldLine)] }
      }),
  )
}

interface Asked {
  readonly title: string
  readonly shows: string
  readonly population: string
  readonly related: string
  readonly query: readonly string[]
  readonly file: readonly string[]
  readonly exact?: string
}

interface Vote {
  readonly vote: string
  readonly comment: string
  readonly verdicts: string
}

function actingCommands(command: Declare, show: Show): void {
  command('ask <projet>', 'demande la sortie de réponses, ou de fichiers qui en viennent · asks')
    .requiredOption('--title <titre>', 'titre · title')
    .requiredOption('--shows <texte>', 'ce que montrent les fichiers · what the files show')
    .requiredOption('--population <texte>', 'de quelle population · of which population')
    .option('--related <texte>', 'sorties liées · related outputs', '')
    .requiredOption('--query <id...>', 'vos requêtes passées · your past queries')
    .option('--file <fichier...>', 'fichiers faits de leurs réponses · files made of their answers', [])
    .option(
      '--exact <pourquoi>',
      'demande aussi les cases retenues des réponses · the withheld cells too, and why',
    )
    .action((project: string, options: Shown & Asked) =>
      show(options, (client) => askRelease(client, project, options)),
    )
  command('review <id>', 'vote, une fois par tour · votes, once in a round')
    .requiredOption('--vote <vote>', 'approve | refuse | changes')
    .requiredOption('--verdicts <liste>', 'individualisation,corrélation,inférence : none ou risk de chacune')
    .option('--comment <texte>', 'commentaire · comment', '')
    .action((id: string, { vote, comment, verdicts, ...options }: Shown & Vote) =>
      show(options, async (client) => {
        const { round } = await askJson<Release>(client, `GET ${at(id)}`)
        const [singlingOut, linkability, inference] = verdicts.split(',')
        const body = { round, vote, comment, verdicts: { singlingOut, linkability, inference } }
        return told(await askJson<Release>(client, `POST ${at(id)}/reviews`, { body }))
      }),
    )
}

/** Without files each answer is one; with files they are what leaves, and the queries are what they are made of. */
async function askRelease(client: Client, project: string, { title, query, file, exact, ...context }: Asked) {
  const { shows, population, related } = context
  const more = exact === undefined ? {} : { exact: { justification: exact } }
  const about = { shows, population, related }
  const call = `POST /api/v1/projects/${encodeURIComponent(project)}/releases`
  const { id } = await askJson<Release>(client, call, { body: { title } })
  const add = (body: object) =>
    askJson<Release>(client, `POST ${at(id)}/files`, { body: { ...body, context: about } })
  if (file.length === 0)
    for (const [i, one] of query.entries()) await add({ name: `answer-${i + 1}.csv`, query: one, ...more })
  for (const one of file) {
    const bytes = new Uint8Array(await readFile(one).catch(() => unreadable(one)))
    const { files } = await add({ name: basename(one), queries: query, ...more })
    const { number = 0 } = files.at(-1) ?? {}
    await ask(client, `PUT ${at(id)}/files/${number}`, { file: { type: typeOf(one), bytes } })
  }
  return told(await askJson<Release>(client, `POST ${at(id)}/submission`))
}

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  png: 'image/png',
}

function typeOf(file: string): string {
  return types[file.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text/plain'
}

function headOf({ id, project, state, votes, title }: Release): string {
  return `${id} ${project} ${state} ${votes.given}/${votes.wanted} ${title}`
}

function told(value: Release): { readonly value: Release; readonly lines: readonly string[] } {
  const files = value.files.map(({ number, name, bytes, found }) => {
    const counted = found === null ? '' : ` serious ${found.serious} · look ${found.look}`
    return `  ${number} ${name} ${bytes}${counted}`
  })
  const reviews = value.reviews.map(({ checker, vote, comment }) =>
    `  ${checker}: ${vote} ${comment}`.trimEnd(),
  )
  return { value, lines: [headOf(value), ...files, ...reviews] }
}

function findingLine({ weight, row, column, text }: Finding): string {
  const place = [row, column].map((at) => at ?? '·').join(':')
  return `${weight} ${place} ${text}`
}

function withheldLine({ row, column, persons, rules }: Found['withheld'][number]): string {
  return `withheld ${row}:${column} persons ${persons} ${rules.join(' ')}`
}
