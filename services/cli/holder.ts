/** `huisclos datasets contract`: what a holder does with its datasets besides depositing them. */
import { type Command, Option } from 'commander'
import { askJson, type Client } from './client.ts'
import { jsonFile } from './json-file.ts'
import type { Out } from './query.ts'

interface As {
  readonly as?: string
}
interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

export function addHolderCommands(catalogue: Command, { open, out }: Around): void {
  catalogue
    .command('contract <nom>')
    .description('le contrat de dépôt ; détenteur, DPO · the deposit contract; holder, DPO')
    .option('--set <fichier>', 'en fixe un nouveau, en JSON · sets a new one, as JSON')
    .addOption(new Option('--as <sujet>', 'compte de démonstration · demo account'))
    .action(async (name: string, options: As & { set?: string }) => {
      const body = options.set === undefined ? undefined : await jsonFile(options.set)
      const call = `${body === undefined ? 'GET' : 'PUT'} /api/v1/datasets/${encodeURIComponent(name)}/contract`
      const contract = await askJson(await open(options), call, body === undefined ? {} : { body })
      out.stdout.write(`${JSON.stringify(contract, null, 2)}\n`)
    })
}
