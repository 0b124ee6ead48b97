/** `huisclos data generate`: invented data of a known shape, and the command that deposits them. No node is needed. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Generation } from '../dataset/synthetic/generate.ts'
import type { Manifest } from '../dataset/synthetic/manifest.ts'
import { leastRows, mostRows, type ShapeName, shapeNames } from '../dataset/synthetic/shapes.ts'
import { hasCode } from '../kernel/system-error.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface GenerateOptions extends Omit<Generation, 'name'> {
  readonly name?: string
  readonly output: string
}

interface Around {
  readonly out: Out
  readonly isTerminal: boolean
}

export function addGenerate(data: Command, around: Around): void {
  data
    .command('generate')
    .description(
      'engendre des données fictives, les mêmes pour une même graine · invents data, the same by seed',
    )
    .addOption(new Option('--shape <forme>', shapesHelp).choices(shapeNames).makeOptionMandatory())
    .requiredOption('--rows <nombre>', `lignes de la table principale · rows of the main table`, rowsOf)
    .option('--seed <graine>', 'un entier · an integer', seedOf, 42)
    .addOption(new Option('--format <format>').choices(['csv', 'parquet']).default('csv'))
    .addOption(
      new Option('--dialect <dialecte>', 'du CSV ; fr : « ; », virgule décimale, jj/mm/aaaa · of CSV')
        .choices(['iso', 'fr'])
        .default('iso'),
    )
    .option('--name <nom>', 'nom du jeu de données, synthetic-<forme> sinon · name of the dataset')
    .option('--holder <organisation>', 'détenteur · holder', 'chu-rouen')
    .requiredOption('-o, --output <dossier>', 'dossier vide ou à créer · folder, empty or to be made')
    .action((options: GenerateOptions) => generateData(options, around))
}

const shapesHelp = 'mco séjours/stays | rpu urgences/emergencies | omop CDM 5.4 | lits/beds'

function rowsOf(text: string): number {
  const rows = Number(text.replaceAll(/[ _]/g, ''))
  if (Number.isInteger(rows) && rows >= leastRows && rows <= mostRows) return rows
  throw new InvalidArgumentError(`un entier de ${leastRows} à ${mostRows} · an integer between the two`)
}

function seedOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('un entier · an integer')
}

/** Writes the folder, or leaves nothing in it when it does not come to an end. */
export async function generateData(
  { output, ...options }: GenerateOptions,
  { out, isTerminal }: Around,
): Promise<void> {
  const folder = resolve(output)
  await makeEmpty(folder, output)
  const what = { ...options, name: options.name ?? `synthetic-${options.shape}` }
  const line = (text: string) => void (isTerminal && out.stderr.write(`\r\u001B[K${text}`))
  try {
    const onBytes = (table: string, bytes: number) => line(`${table}  ${mebibytes(bytes)} Mio`)
    const { generate } = await import('../dataset/synthetic/generate.ts')
    const manifest = await generate(folder, what, { onBytes, signal: out.signal })
    line('')
    out.stdout.write(`${[...tableLines(manifest), '', depositLine(folder, what, manifest)].join('\n')}\n`)
  } catch (error) {
    line('')
    await emptied(folder)
    if (out.signal.aborted) throw new CommandError('interrompu / interrupted', exits.interrupted)
    throw error
  }
}

async function makeEmpty(folder: string, given: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR')) return ['']
    throw error
  })
  if (found.length === 0) return
  throw new CommandError(`${given}: n’est pas un dossier vide / is not an empty folder`, exits.failed)
}

async function emptied(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)

function tableLines({ tables }: Manifest): readonly string[] {
  return tables.map(
    ({ file, rows, bytes, sha256 }) =>
      `${file}  ${rows} lignes / rows  ${mebibytes(bytes)} Mio  sha256 ${sha256}`,
  )
}

/** What to type next, with paths as this shell understands them. */
function depositLine(
  folder: string,
  { name, holder, shape }: { name: string; holder: string; shape: ShapeName },
  { tables }: Manifest,
): string {
  const at = relative(process.cwd(), folder) || '.'
  const files = tables.map(({ table, file }) => quoted(`${table}=${join(at, file)}`))
  const as = holder === 'gh-havre' ? 'havre' : 'rouen'
  return [
    `# ${shape} : rien de réel / nothing real. manifest.json : graine, empreintes, totaux / seed, digests, totals`,
    `npx huisclos deposit --as ${as} --dataset ${name} --descriptor ${quoted(join(at, 'descriptor.json'))} \\`,
    `  ${files.join(' ')}`,
  ].join('\n')
}

function quoted(word: string): string {
  return /^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
