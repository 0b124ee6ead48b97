/** `habilitation form|missing|meter|copy|attach|documents|document|comment|interests`: what helps to write and to read a request. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { Language } from '../kernel/text.ts'
import { ask, askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { asOption, jsonOption } from './options.ts'
import type { Out } from './query.ts'

interface Told {
  readonly fr: string
  readonly en: string
}

interface Item extends Told {
  readonly path: string
  readonly check: string
}

interface Progress {
  readonly percent: number
  readonly steps: readonly {
    readonly step: string
    readonly asked: number
    readonly done: number
    readonly percent: number
    readonly missing: readonly Item[]
    readonly advice: readonly Item[]
  }[]
}

/** Page by page: how far it is, what it lacks, what would help. */
function progressLines({ percent, steps }: Progress, language: Language): readonly string[] {
  const item = (mark: string) => (one: Item) => `  ${mark} ${one.path} — ${one[language]} (${one.check})`
  return [
    `${percent} %`,
    ...steps.flatMap(({ step, asked, done, percent: share, missing, advice }) => [
      `${step}: ${done}/${asked} · ${share} %`,
      ...missing.map(item('!')),
      ...advice.map(item('·')),
    ]),
  ]
}

interface Meter {
  readonly grade: string
  readonly explanation: readonly Told[]
  readonly advice: (Told & { readonly grade: string }) | null
}

/** The grade, why, and what would better it. */
function meterLines({ grade, explanation, advice }: Meter, language: Language): readonly string[] {
  return [
    grade,
    ...explanation.map((one) => `  ${one[language]}`),
    ...(advice === null ? [] : [`→ ${advice[language]} (${advice.grade})`]),
  ]
}

interface Field {
  readonly name: string
  readonly label: Told
  readonly help: Told
  readonly required: boolean
}

interface Form {
  readonly steps: readonly { readonly label: Told; readonly fields: readonly Field[] }[]
}

function formLines({ steps }: Form, language: Language): readonly string[] {
  return steps.flatMap(({ label, fields }, i) => [
    `${i + 1}. ${label[language]}`,
    ...fields.map(
      (one) => `  ${one.name}${one.required ? ' *' : ''} — ${one.label[language]}. ${one.help[language]}`,
    ),
  ])
}

interface Shown {
  readonly as?: string
  readonly json?: boolean
}

export interface Commands {
  readonly client: (options: { as?: string }) => Promise<Client>
  readonly out: Out
}

type Lines = (client: Client) => Promise<{ readonly value: unknown; readonly lines: readonly string[] }>

/** Adds the commands below `habilitation`. */
export function requestCommands(parent: Command, { client, out }: Commands): void {
  const show = async ({ as, json }: Shown, lines: Lines) => {
    const told = await lines(await client(as === undefined ? {} : { as }))
    out.stdout.write(json ? `${JSON.stringify(told.value)}\n` : `${told.lines.map(plain).join('\n')}\n`)
  }
  const command = (name: string, description: string) =>
    parent.command(name).description(description).addOption(asOption()).addOption(jsonOption())
  readingCommands(command, show)
  writingCommands(command, show)
  command('document <id> <document>', 'télécharge un document · downloads a document')
    .requiredOption('-o, --output <fichier>', 'fichier · file')
    .action(async (id: string, document: string, { as, output }: Shown & { output: string }) => {
      const call = `GET ${at(id)}/attachments/${encodeURIComponent(document)}`
      const answer = await ask(await client(as === undefined ? {} : { as }), call, { accept: '*/*' })
      await writeFile(output, Buffer.from(await answer.arrayBuffer()))
    })
}

type Declare = (name: string, description: string) => Command
type Show = (options: Shown, lines: Lines) => Promise<void>

function readingCommands(command: Declare, show: Show): void {
  command('form', 'le formulaire, ses champs, leur aide · the form, its fields, their help').action(
    (options: Shown) =>
      show(options, async (client) => {
        const value = await askJson<Form>(client, `GET ${path}/form`)
        return { value, lines: formLines(value, client.language) }
      }),
  )
  command('missing <id>', 'ce qui manque, page par page · what is missing, page by page').action(
    (id: string, options: Shown) =>
      show(options, async (client) => {
        const value = await askJson<Progress>(client, `GET ${at(id)}/completeness`)
        return { value, lines: progressLines(value, client.language) }
      }),
  )
  command('meter <id>', 'le compteur de minimisation · the minimisation meter').action(
    (id: string, options: Shown) =>
      show(options, async (client) => {
        const value = await askJson<Meter>(client, `GET ${at(id)}/minimisation`)
        return { value, lines: meterLines(value, client.language) }
      }),
  )
  command('documents <id>', 'les documents joints · the documents attached').action(
    (id: string, options: Shown) =>
      show(options, async (client) => {
        const value = await askJson<Pick<Request, 'attachments'>>(client, `GET ${at(id)}/attachments`)
        return { value, lines: documentLines(value) }
      }),
  )
}

interface Request {
  readonly id: string
  readonly attachments: readonly {
    readonly attachment: string
    readonly name: string
    readonly field: string
    readonly sha256: string
  }[]
}

function documentLines({ attachments }: Pick<Request, 'attachments'>): readonly string[] {
  return attachments.map(({ attachment, name, field, sha256 }) => `${attachment} ${field} ${name} ${sha256}`)
}

interface Comment {
  readonly field?: string
  readonly thread?: string
  readonly internal?: boolean
}

function writingCommands(command: Declare, show: Show): void {
  const post = (call: string, body: object) => async (client: Client) => {
    const value = await askJson<Request>(client, `POST ${call}`, { body })
    return { value, lines: [value.id] }
  }
  command('copy <id>', 'une nouvelle demande d’après une ancienne · a new request from an older one').action(
    (id: string, options: Shown) => show(options, post(path, { copyOf: id })),
  )
  command('comment <id> <texte>', 'commente un champ, ou répond · comments on a field, or answers')
    .option('--field <champ>', 'ouvre un fil sur ce champ · opens a thread on this field')
    .option('--thread <fil>', 'répond dans ce fil · answers in this thread')
    .option('--internal', 'pour les instructeurs seuls · for reviewers only')
    .action((id: string, text: string, options: Shown & Comment) =>
      show(options, post(`${at(id)}/comments`, commentOf(text, options))),
    )
  command('interests <id>', 'déclare ses intérêts · declares one’s interests')
    .option('--text <texte>', 'un intérêt, en clair ; aucun sinon · an interest, in words; else none')
    .action((id: string, { text, ...options }: Shown & { text?: string }) =>
      show(options, post(`${at(id)}/interests`, text === undefined ? { none: true } : { none: false, text })),
    )
  command('attach <id> <fichier>', 'joint un PDF · attaches a PDF')
    .option('--field <champ>', 'champ · field', 'protocol')
    .action((id: string, file: string, { field, ...options }: Shown & { field: string }) =>
      show(options, async (client) => {
        const bytes = new Uint8Array(await readFile(file).catch(() => unreadable(file)))
        const query = new URLSearchParams({ name: basename(file), field })
        const sent = { file: { type: 'application/pdf', bytes } }
        const value = await askJson<Request>(client, `POST ${at(id)}/attachments?${query}`, sent)
        return { value, lines: documentLines(value) }
      }),
    )
}

/** A file of one's own that cannot be read. */
export function unreadable(file: string): never {
  throw new CommandError(`${file}: ne peut être lu / cannot be read`, exits.failed)
}

function commentOf(text: string, { field, thread, internal }: Comment): object {
  if (thread !== undefined) return { thread, text }
  if (field === undefined) throw new CommandError('--field CHAMP | --thread FIL', exits.usage)
  return { field, text, ...(internal && { audience: 'reviewers' }) }
}

const path = '/api/v1/habilitations'

function at(id: string): string {
  return `${path}/${encodeURIComponent(id)}`
}

/** What others wrote reaches the terminal without control characters. */
export function plain(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, ' ')
}
