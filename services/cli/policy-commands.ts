/** `policies list|test|diff|proposals|propose|approve`: the words of the command line for policies.ts. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { type As, asOption, jsonOption } from './options.ts'
import type { Commands } from './request.ts'

/** The work, with the rules and their engine: loaded when it is asked for, no other command waits for it. */
const work = () => import('./policies.ts')

const folderOf = async (folder: string | undefined) => resolve(folder ?? (await work()).shippedPolicies)

/** Adds them to `policies`: what is read from a folder alone, and what a running node is asked. */
export function policyCommands(policies: Command, needs: Commands): void {
  folderCommands(policies, needs)
  changeCommands(policies, needs)
}

function folderCommands(policies: Command, { out }: Commands): void {
  policies
    .command('list [dossier]')
    .description('chaque règle et chaque code, sa source · every rule and code, its source')
    .action(async (folder: string | undefined) => (await work()).listPolicies(await folderOf(folder), out))

  policies
    .command('test [dossier]')
    .alias('check')
    .description('valide et joue tous les cas · validates and plays every case; 5 = un cas échoue/one fails')
    .addOption(jsonOption())
    .action(async (folder: string | undefined, options: { json?: boolean }) =>
      (await work()).testPolicies(await folderOf(folder), out, options),
    )

  policies
    .command('diff <dossier> [avant]')
    .description('ce qui change, et ce que cela casse · what changes, and what it breaks')
    .action(async (folder: string, before: string | undefined) =>
      (await work()).diffPolicies({ before: await folderOf(before), after: await folderOf(folder) }, out),
    )
}

function changeCommands(policies: Command, { client, out }: Commands): void {
  policies
    .command('proposals [empreinte]')
    .description('les changements proposés, ou l’un d’eux · proposed changes, or one of them')
    .addOption(asOption())
    .action(async (sha256: string | undefined, options: As) =>
      (await work()).showProposals(await client(options), out, sha256),
    )

  policies
    .command('propose <dossier>')
    .description('propose d’autres règles ; autorité ou DPO · proposes other rules; authority or DPO')
    .requiredOption('--reason <texte>', 'pourquoi · why')
    .option('--unchecked', 'règles d’une version ultérieure, non éprouvées · of a later version, not tried')
    .addOption(asOption())
    .action(async (folder: string, { as, ...options }: As & { reason: string; unchecked?: boolean }) =>
      (await work()).proposePolicies(await client(as === undefined ? {} : { as }), out, {
        folder: await folderOf(folder),
        ...options,
      }),
    )

  policies
    .command('approve <empreinte>')
    .description('approuve une proposition d’une autre personne · approves what another person proposed')
    .addOption(asOption())
    .action(async (sha256: string, options: As) =>
      (await work()).approvePolicies(await client(options), out, sha256),
    )
}
