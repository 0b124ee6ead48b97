/** `huisclos catalogue harvest`: the catalogue of another house, beside one's own; on the machine of the node. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { HarvestError, type HarvestRule, limits } from '../dataset/harvest/harvest-error.ts'
import { openHarvested, sourceName } from '../dataset/harvest/harvested.ts'
import { openPage } from '../dataset/harvest/open-page.ts'
import { systemClock } from '../kernel/clock.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

interface HarvestOptions {
  readonly source: string
}

export function addCatalogueCommands(
  catalogue: Command,
  { home, out }: { readonly home: string; readonly out: Out },
): void {
  catalogue
    .command('harvest <adresse|fichier>')
    .description(
      'un catalogue DCAT d’ailleurs (Turtle, JSON-LD), sur la machine du nœud · one of another house',
    )
    .requiredOption('--source <nom>', 'nom de la source dans le catalogue · name of the source')
    .action(async (from: string, { source }: HarvestOptions) => {
      if (!sourceName.safeParse(source).success)
        throw new CommandError('--source : a-z 0-9 -, 40 au plus / at most', exits.usage)
      const taken = await harvested(from)
      const kept = await openHarvested({ home }).take({
        source,
        from,
        at: systemClock.now(),
        datasets: taken,
      })
      const gone = kept.withdrawn.length
      out.stdout.write(`${source} : ${taken.length} jeux / datasets · ${gone} retirés / withdrawn\n`)
    })
}

async function harvested(from: string) {
  const { harvest } = await import('../dataset/harvest/harvest.ts')
  const { fetchPage } = await import('../dataset/harvest/fetch-page.ts')
  try {
    if (/^[a-z]+:\/\//i.test(from)) return await harvest(from, fetchPage)
    const page = await openPage(from)
    return await harvest(page.address, () => openPage(resolve(from)))
  } catch (error) {
    if (!(error instanceof HarvestError)) throw error
    const place = error.line === undefined ? '' : ` (ligne / line ${error.line})`
    throw new CommandError(`${sentences[error.rule]}${place}`, exits.failed)
  }
}

const sentences: Readonly<Record<HarvestRule, string>> = {
  address: 'seulement https, vers une adresse publique / https to a public address only',
  redirect: 'trop de renvois / too many redirects',
  answer: 'pas de réponse lisible / no answer that can be read',
  time: 'trop long à répondre / too long to answer',
  type: 'ni Turtle ni JSON-LD / neither Turtle nor JSON-LD',
  size: `une page de plus de / a page of more than ${limits.pageBytes / 1024 ** 2} MiB`,
  triples: `plus de / more than ${limits.triples} triples`,
  depth: 'trop de niveaux / too many levels',
  syntax: 'le document est mal formé / the document is broken',
  context: 'contexte JSON-LD hors du document / a JSON-LD context elsewhere',
  loop: 'les pages tournent en rond / the pages lead in a circle',
  pages: `plus de / more than ${limits.pages} pages`,
  elsewhere: 'la page suivante est sur un autre site / the next page is of another site',
  catalogue: 'rien n’y est dit / nothing is said there',
  incomplete:
    'moins de jeux qu’annoncé : rien n’est changé / fewer datasets than announced: nothing is changed',
}
