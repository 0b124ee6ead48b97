/** `huisclos opt-out`: persons who object, by the pseudonyms that the holder gave them. */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isFirstLevel } from '../dataset/first-level.ts'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

interface As {
  readonly as?: string
}
interface Named extends As {
  readonly dataset: string
}
interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
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
    .action(async (file: string, { dataset, ...options }: Named) => {
      const all = await pseudonymsOf(file)
      const client = await open(options)
      for (let from = 0; from < all.length; from += perCall) {
        const body = { pseudonyms: all.slice(from, from + perCall) }
        const told = await askJson<OptOuts>(client, `POST ${pathOf(dataset)}`, { body })
        out.stdout.write(linesOf(told))
      }
    })
  command(optOut, 'list')
    .description('les reçus, sans pseudonyme ; détenteur, DPO · receipts, without pseudonyms; holder, DPO')
    .action(async ({ dataset, ...options }: Named) => {
      out.stdout.write(linesOf(await askJson<OptOuts>(await open(options), `GET ${pathOf(dataset)}`)))
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
    .addOption(new Option('--as <sujet>', 'compte de démonstration · demo account'))
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
