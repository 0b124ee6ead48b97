/** `huisclos opt-out`: persons who object, by the pseudonyms that the holder gave them. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { isFirstLevel } from '../dataset/first-level.ts'
import { commitmentTo } from '../dataset/opt-out-commitment.ts'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption } from './options.ts'
import type { Out } from './query.ts'

interface Named extends As {
  readonly dataset: string
}
interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

interface Filed extends OptOuts {
  readonly filed: {
    readonly persons: string
    readonly effectiveAt: string
    readonly openProjectsBy: string
    readonly nonce: string
    readonly sha256: string
    readonly receipt: { readonly log: string; readonly seq: number; readonly leaf: string }
  }
}

interface Effects {
  readonly project: string
  readonly mode: string
  readonly domains: readonly {
    readonly domain: string
    readonly version: number
    readonly state: string
    readonly by?: string
    readonly changes: readonly {
      readonly at: string
      readonly generation: number
      readonly version: number
      readonly removed: string
      readonly because: string
    }[]
  }[]
}

interface Receipt {
  readonly number: number
  readonly effectiveAt: string
  readonly openProjectsBy: string
  readonly reversedAt?: string
}
interface OptOuts {
  readonly domain: string
  readonly version: number
  readonly receipts: readonly Receipt[]
}

/** Persons in one call, as the node takes them. */
const perCall = 5000

export function addOptOutCommands(optOut: Command, { open, out }: Around): void {
  command(optOut, 'add <fichier>')
    .description('un pseudonyme par ligne (h1k…) · one pseudonym a line')
    .option('--receipt <fichier>', 'garde le reçu · keeps the receipt; .1, .2… from the second call on')
    .action(async (file: string, { dataset, receipt, ...options }: Named & { readonly receipt?: string }) => {
      const all = await pseudonymsOf(file)
      if (receipt !== undefined) await insistFree(receipt)
      const client = await open(options)
      for (let from = 0; from < all.length; from += perCall) {
        const body = { pseudonyms: all.slice(from, from + perCall) }
        const told = await askJson<Filed>(client, `POST ${pathOf(dataset)}`, { body })
        if (receipt !== undefined) await keepReceipt(receipt, from / perCall, told)
        out.stdout.write(`${linesOf(told)}${filedLine(told)}\n`)
      }
    })
  optOut
    .command('verify <reçu> <fichier>')
    .description('le fichier est celui du reçu, hors ligne · the list is that of the receipt, offline')
    .action(async (receipt: string, file: string) => {
      const { filed, part } = await readReceipt(receipt)
      const all = await pseudonymsOf(file)
      const from = part * perCall
      if (commitmentTo(filed.nonce, all.slice(from, from + perCall)) !== filed.sha256)
        throw new CommandError(
          `${file}: pas la liste de ce reçu / not the list of this receipt`,
          exits.failed,
        )
      const { log, seq } = filed.receipt
      out.stdout.write(`${filed.sha256}  ${log} ${seq}\n`)
    })
  optOut
    .command('effect')
    .description(
      'l’effet sur un projet ; responsable, DPO, détenteur · what opt-outs did to a project; lead, DPO, holder',
    )
    .requiredOption('--project <projet>', 'le projet · the project')
    .addOption(asOption())
    .action(async ({ project, ...options }: As & { readonly project: string }) => {
      const call = `GET /api/v1/projects/${encodeURIComponent(project)}/opt-outs`
      out.stdout.write(effectLines(await askJson<Effects>(await open(options), call)))
    })
  command(optOut, 'list')
    .description('les reçus, sans pseudonyme ; détenteur, DPO · receipts, without pseudonyms; holder, DPO')
    .option('--at <instant>', 'la liste à cet instant, UTC ISO 8601 · the list as of then')
    .action(async ({ dataset, at, ...options }: Named & { readonly at?: string }) => {
      const asOf = at === undefined ? '' : `?at=${encodeURIComponent(at)}`
      out.stdout.write(linesOf(await askJson<OptOuts>(await open(options), `GET ${pathOf(dataset)}${asOf}`)))
    })
  command(optOut, 'reverse <numéro>')
    .description('met fin à une opposition · ends an opt-out')
    .action(async (number: string, { dataset, ...options }: Named) => {
      if (!/^[1-9]\d{0,14}$/.test(number)) throw new InvalidArgumentError('un numéro de reçu · a number')
      const call = `POST ${pathOf(dataset)}/${number}/reversal`
      out.stdout.write(`${lineOf(await askJson<Receipt>(await open(options), call))}\n`)
    })
}

function command(optOut: Command, name: string): Command {
  return optOut
    .command(name)
    .requiredOption('--dataset <nom>', 'un jeu de données du domaine · a dataset of the domain')
    .addOption(asOption())
}

function pathOf(dataset: string): string {
  return `/api/v1/datasets/${encodeURIComponent(dataset)}/opt-outs`
}

/** Nothing but pseudonyms is ever sent: a file with a number of a person in it stays here. */
async function pseudonymsOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: illisible / cannot be read`, exits.failed)
  })
  const lines = text.split(/\r?\n/)
  const wrong = lines.findIndex((line) => line !== '' && !isFirstLevel(line))
  if (wrong >= 0) {
    const reason = 'pas un pseudonyme de premier niveau / no first-level pseudonym'
    throw new CommandError(`${path}, ligne/line ${wrong + 1}: ${reason}`, exits.failed)
  }
  return lines.filter((line) => line !== '')
}

function linesOf({ domain, version, receipts }: OptOuts): string {
  return `${[`${domain} version ${version}`, ...receipts.map(lineOf)].join('\n')}\n`
}

function lineOf({ number, effectiveAt, openProjectsBy, reversedAt }: Receipt): string {
  const times = `${effectiveAt}  projets ouverts / open projects ≤ ${openProjectsBy}`
  return `${number}  ${times}${reversedAt === undefined ? '' : `  fin / ended ${reversedAt}`}`
}

/** What `keepReceipt` writes. */
interface Kept extends Pick<Filed, 'domain' | 'version' | 'filed'> {
  /** Which call of a long list. */
  readonly part: number
}

/** For whoever has to show later what was filed; without the pseudonyms. */
async function keepReceipt(path: string, part: number, { domain, version, filed }: Filed): Promise<void> {
  const target = part === 0 ? path : `${path}.${part}`
  const kept: Kept = { domain, version, part, filed }
  const text = `${JSON.stringify(kept, null, 2)}\n`
  await writeFile(target, text, { mode: 0o600, flag: 'wx' }).catch(() => {
    throw new CommandError(
      `${target}: existe déjà ou ne peut être écrit / is there or cannot be written`,
      exits.failed,
    )
  })
}

/** Before anything is sent: a receipt that could not be kept would be lost. */
async function insistFree(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (isThere) throw new CommandError(`${path}: existe déjà / is there already`, exits.failed)
}

async function readReceipt(path: string): Promise<Kept> {
  const read = parsedOrNull(await readFile(path, 'utf8').catch(() => ''))
  if (!isKept(read)) throw new CommandError(`${path}: pas un reçu / no receipt`, exits.failed)
  return read
}

function isKept(value: unknown): value is Kept {
  const { part, filed } = Object(value) as Partial<Kept>
  return Number.isInteger(part) && typeof filed?.nonce === 'string' && typeof filed.receipt?.log === 'string'
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function filedLine({ filed: { persons, openProjectsBy, receipt } }: Filed): string {
  return `reçu / receipt ${receipt.log} ${receipt.seq}  ${persons}  projets ouverts / open projects ≤ ${openProjectsBy}`
}

function effectLines({ project, mode, domains }: Effects): string {
  const lines = domains.flatMap(({ domain, version, state, by, changes }) => [
    `${domain} version ${version}  ${state}${by === undefined ? '' : ` ≤ ${by}`}`,
    ...changes.map(
      (one) =>
        `  ${one.at}  génération/generation ${one.generation}  version ${one.version}  ${one.removed}  ${one.because}`,
    ),
  ])
  return `${[`${project} ${mode}`, ...lines].join('\n')}\n`
}
