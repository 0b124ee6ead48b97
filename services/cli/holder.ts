/** `huisclos datasets contract | recall | certificate`: what a holder does with its datasets besides depositing them. */
import type { Command } from 'commander'
import { askJson, type Client } from './client.ts'
import { jsonFile } from './json-file.ts'
import { type As, asOption } from './options.ts'
import type { Out } from './query.ts'

/** What Commander hands to the action of `<nom> <version>`. */
type VersionAsked = [name: string, version: string, own: unknown, command: Command]

interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

export function addHolderCommands(catalogue: Command, { open, out }: Around): void {
  catalogue
    .command('contract <nom>')
    .description('le contrat de dépôt ; détenteur, DPO · the deposit contract; holder, DPO')
    .option('--set <fichier>', 'en fixe un nouveau, en JSON · sets a new one, as JSON')
    .addOption(asOption())
    .action(async (name: string, _own: unknown, command: Command) => {
      // `datasets` itself has --as: Commander gives it to the first command that knows it.
      const options = command.optsWithGlobals<As & { set?: string }>()
      const body = options.set === undefined ? undefined : await jsonFile(options.set)
      const call = `${body === undefined ? 'GET' : 'PUT'} /api/v1/datasets/${encodeURIComponent(name)}/contract`
      const contract = await askJson(await open(options), call, body === undefined ? {} : { body })
      out.stdout.write(`${JSON.stringify(contract, null, 2)}\n`)
    })
  addVersionCommands(catalogue, { open, out })
}

function addVersionCommands(catalogue: Command, { open, out }: Around): void {
  const pathOf = (name: string, version: string) =>
    `/api/v1/datasets/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`
  const print = (told: unknown) => out.stdout.write(`${JSON.stringify(told, null, 2)}\n`)
  catalogue
    .command('recall <nom> <version>')
    .description('retire une version pour toujours ; détenteur · takes a version back for ever; holder')
    .requiredOption('--reason <texte>', 'pourquoi · why')
    .addOption(asOption())
    .action(async (...[name, version, , command]: VersionAsked) => {
      const { reason, ...options } = command.optsWithGlobals<As & { reason: string }>()
      const call = `POST ${pathOf(name, version)}/recall`
      print(await askJson(await open(options), call, { body: { reason } }))
    })
  catalogue
    .command('certificate <nom> <version>')
    .description('le certificat de destruction d’une version · the certificate that a version is gone')
    .addOption(asOption())
    .action(async (...[name, version, , command]: VersionAsked) => {
      const options = command.optsWithGlobals<As>()
      print(await askJson(await open(options), `GET ${pathOf(name, version)}/certificate`))
    })
}
