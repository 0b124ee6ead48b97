/** `huisclos deposit`: its options. What reads files is loaded when it is asked for: no other command waits for it. */
import type { Command } from 'commander'
import type { Client } from './client.ts'
import type { DepositOptions, DepositWay } from './deposit.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption, entryNumber } from './options.ts'

interface Around extends Pick<DepositWay, 'out' | 'isTerminal' | 'language'> {
  readonly open: (options: As) => Promise<Client>
}

export function addDeposit(program: Command, { open, out, isTerminal, language }: Around): void {
  program
    .command('deposit [table=fichier...]')
    .description(
      'dépose un jeu de données · deposits a dataset (.csv .ndjson .parquet .arrow .txt, .gz, .zip)',
    )
    .requiredOption('--dataset <nom>', 'jeu de données · dataset')
    .addOption(asOption())
    .option('--descriptor <fichier>', 'déclare d’abord ce descripteur · declares this descriptor first')
    .option('--dry-run', 'contrôle ici, n’envoie rien · checks here, sends nothing')
    .option('--resume', 'envoie par morceaux et reprend un envoi coupé · sends in pieces, takes up a cut one')
    .option(
      '--preview',
      'envoie, dit comment chaque fichier est compris, ne remet rien · sends, submits nothing',
    )
    .option('--deposit <id>', 'continue un dépôt ouvert · goes on with an open deposit')
    .option(
      '--sign <clé>',
      'lit ici, signe un manifeste et l’envoie · reads here, signs a manifest, sends it',
    )
    .option(
      '--opt-outs-applied <nombre>',
      'opposants ôtés avant, pour le manifeste · left out before',
      entryNumber,
    )
    .option('--findings <fichier>', 'écrit aussi les constats · writes the findings too: .csv | .json')
    .option('--quality', 'imprime l’étiquette de la version · prints the label of the version')
    .option('--charset <jeu>', 'utf-8 | utf-16 | windows-1252 | iso-8859-1 (sinon détecté · else detected)')
    .option('--delimiter <signe>', '; , tab |')
    .option('--decimal <signe>', ', .')
    .option('--date-format <forme>', 'iso | jj/mm/aaaa | aaaammjj')
    .option('--header <oui>', 'true | false')
    .exitOverride((error) => {
      // The one command whose wrong use is 1, as the contract has it; Commander has said why.
      throw error.exitCode === 0 ? error : new CommandError('', exits.failed)
    })
    .action(async (tables: string[], options: DepositOptions & As) => {
      const { deposit } = await import('./deposit.ts')
      await deposit(() => open(options), tables, { options, out, isTerminal, language })
    })
}
