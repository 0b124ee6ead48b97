/** `huisclos token`: a token of the demonstration, and the personal tokens that one's tools use. */
import { type Command, Option } from 'commander'
import { askJson, type Client, demoToken, type Setting, urlOf } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption, entryNumber, jsonOption } from './options.ts'
import type { Out } from './query.ts'

interface Around {
  readonly setting: Setting
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

interface Told {
  readonly id: string
  readonly project: string
  readonly purpose: string
  readonly label: string
  readonly expiresAt: string
  readonly usedAt: string | null
  readonly revokedAt: string | null
}

interface CreateOptions extends As {
  readonly project: string
  readonly purpose?: string
  readonly hours?: number
  readonly label?: string
}

const path = '/api/v1/me/tokens'

export function addTokenCommands(program: Command, { setting, open, out }: Around): void {
  const token = program
    .command('token')
    .description('un jeton de démonstration, ou ceux de vos outils · a demo token, or those of your tools')
    .addOption(asOption())
    .action(async ({ as }: As) => {
      if (as === undefined) throw new CommandError('--as <sujet> manque / is missing', exits.usage)
      await urlOf(setting)
      out.stdout.write(`${await demoToken(setting, as)}\n`)
    })
  token
    .command('create')
    .description('un jeton pour un outil, montré une seule fois · a token for a tool, shown this once')
    .requiredOption('-p, --project <id>', 'projet · project')
    .option('--purpose <code>', 'finalité · purpose')
    .addOption(new Option('--hours <nombre>', '1 à/to 12 ; 4 sinon/else').argParser(entryNumber))
    .option('--label <nom>', 'comment vous l’appelez · what you call it')
    .addOption(asOption())
    .action(async (_options: unknown, command: Command) => {
      const { as, ...asked } = command.optsWithGlobals<CreateOptions>()
      await create(await open(named(as)), out, asked)
    })
  token
    .command('list')
    .description('vos jetons, jamais leur texte · your tokens, never their text')
    .addOption(asOption())
    .addOption(jsonOption())
    .action(async (_options: unknown, command: Command) => {
      const { as, json } = command.optsWithGlobals<As & { readonly json?: boolean }>()
      const told = await askJson<{ readonly tokens: readonly Told[] }>(await open(named(as)), `GET ${path}`)
      out.stdout.write(json ? `${JSON.stringify(told)}\n` : listed(told.tokens))
    })
  token
    .command('revoke <id>')
    .description('met fin à un jeton, tout de suite · ends a token at once')
    .addOption(asOption())
    .action(async (id: string, _options: unknown, command: Command) => {
      const { as } = command.optsWithGlobals<As>()
      const told = await askJson<Told>(await open(named(as)), `DELETE ${path}/${encodeURIComponent(id)}`)
      out.stdout.write(lineOf(told))
    })
}

function named(as: string | undefined): As {
  return as === undefined ? {} : { as }
}

/** The token alone goes to standard output, so that a script may keep it; what it is worth is for the eye. */
async function create(client: Client, out: Out, body: Omit<CreateOptions, 'as'>): Promise<void> {
  const { token, ...told } = await askJson<Told & { readonly token: string }>(client, `POST ${path}`, {
    body,
  })
  out.stderr.write(lineOf(told))
  out.stderr.write('à garder maintenant : il ne sera plus montré / keep it now: it is not shown again\n')
  out.stdout.write(`${token}\n`)
}

function listed(tokens: readonly Told[]): string {
  return tokens.length === 0 ? 'aucun jeton / no token\n' : tokens.map(lineOf).join('')
}

function lineOf({ id, project, purpose, label, expiresAt, usedAt, revokedAt }: Told): string {
  const end = revokedAt === null ? `jusqu’à / until ${expiresAt}` : `terminé / ended ${revokedAt}`
  const use = usedAt === null ? 'jamais utilisé / never used' : `utilisé / used ${usedAt}`
  return `${[id, project, purpose, end, use, label].join('  ').trimEnd()}\n`
}
