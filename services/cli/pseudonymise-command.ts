/** `huisclos pseudonymise`: its options, in both languages. The work is loaded when it is asked for. */
import type { Command } from 'commander'
import type { PseudonymiseOptions, pseudonymise } from './pseudonymise.ts'
import { several } from './several.ts'

type Around = Parameters<typeof pseudonymise>[2]

export function addPseudonymise(program: Command, around: Around): void {
  program
    .command('pseudonymise [table=fichier...]')
    .description(
      'pseudonymes de premier niveau, hors ligne, chez le détenteur · first-level pseudonyms, offline (.csv .ndjson, .gz)',
    )
    .option('--key <fichier>', 'clé du détenteur · key of the holder')
    .option('--new-key <fichier>', 'fait une clé, n’en écrase aucune · makes a key, overwrites none')
    .option(
      '--rekey <clés...>',
      'ancienne et nouvelle clé, depuis la source · former and new key, from the source',
    )
    .option('--domain <nom>', 'domaine des pseudonymes · domain of the pseudonyms')
    .option('--column <table.colonne>', 'identifiant de personne ; répétable · repeatable', several, [])
    .option('-o, --output <dossier>', 'où écrire · where to write')
    .option('--opt-outs <fichier>', 'opposants à ôter, un par ligne · opt-outs to leave out, one a line')
    .option('--nir', 'contrôle la forme et la clé des NIR · checks form and key of NIR')
    .option('--verify', 'compare avec ce qui est écrit · compares with what is written')
    .option('--charset <jeu>', 'sinon détecté · else detected')
    .option('--delimiter <signe>', '; , tab |')
    .action(async (tables: string[], options: PseudonymiseOptions) => {
      const work = await import('./pseudonymise.ts')
      await work.pseudonymise(tables, options, around)
    })
}
