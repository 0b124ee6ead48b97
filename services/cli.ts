/** `huisclos <command>`: results on standard output, everything else on standard error. Exit statuses: cli/ending.ts. */
import { join, resolve } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import type { CheckOptions, ProveOptions, VerifyOptions } from './cli/audit.ts'
import { addBackupCommands } from './cli/backup.ts'
import { type Client, openClient, type Setting } from './cli/client.ts'
import { addDemo } from './cli/demo-command.ts'
import { addDeposit } from './cli/deposit-command.ts'
import { addDoctor } from './cli/doctor-command.ts'
import { CommandError, exits } from './cli/ending.ts'
import { addGenerate } from './cli/generate.ts'
import { addCatalogueCommands } from './cli/harvest.ts'
import { addHolderCommands } from './cli/holder.ts'
import { exportJournal, type JournalFilter, reindexJournal, searchJournal } from './cli/journal.ts'
import { addKeyCommands } from './cli/keys.ts'
import { addLoginCommands } from './cli/login.ts'
import { loginPath } from './cli/login-file.ts'
import { addOptOutCommands } from './cli/opt-outs.ts'
import { type As, asOption, entryNumber, jsonOption } from './cli/options.ts'
import { type PassportOptions, passport } from './cli/passport.ts'
import { addPersonCommands } from './cli/persons.ts'
import { policyCommands } from './cli/policy-commands.ts'
import { addPseudonymise } from './cli/pseudonymise-command.ts'
import type { Out } from './cli/query.ts'
import { addQuestionCommands } from './cli/question-commands.ts'
import { addReleaseCommands } from './cli/release.ts'
import { type ReportOptions, report } from './cli/report.ts'
import { requestCommands } from './cli/request.ts'
import { addSessionCommands } from './cli/sessions.ts'
import { several } from './cli/several.ts'
import { datasets, habilitation, projects, whoami } from './cli/show.ts'
import { addSigningKey } from './cli/sign.ts'
import { type SimulateOptions, simulate } from './cli/simulate.ts'
import { addTokenCommands } from './cli/token.ts'
import type { WitnessOptions } from './cli/witness.ts'
import { versionOf } from './node/version.ts'

// What only one command needs and takes long to load, that command loads: the others are typed far more often.
const environment = process.env
const interrupted = new AbortController()

const setting: Setting = {
  home: resolve(environment.HUISCLOS_HOME || './var'),
  language: /^en/i.test(environment.LC_ALL || environment.LANG || '') ? 'en' : 'fr',
  url: environment.HUISCLOS_URL || undefined,
  token: environment.HUISCLOS_TOKEN || undefined,
  logins: loginPath(),
  isTerminal: process.stderr.isTTY === true,
}
const out: Out = { stdout: process.stdout, stderr: process.stderr, signal: interrupted.signal }
const logFolder = join(setting.home, 'audit')

interface Shown extends As {
  readonly json?: boolean
}

const client = ({ as }: As): Promise<Client> => openClient(setting, as)

const program = new Command('huisclos')
  .description(
    'Interroger des données de santé sans les voir.\nAsk questions of health data without seeing them.',
  )
  .version(versionOf())
  .helpCommand(false)
  .showSuggestionAfterError()
  .exitOverride()

addLoginCommands(program, { setting, out })
addTokenCommands(program, { setting, open: client, out })
addKeyCommands(program, { open: client, out, isTerminal: setting.isTerminal })

program
  .command('whoami')
  .description('qui le nœud voit · whom the node sees')
  .addOption(asOption())
  .addOption(jsonOption())
  .action(async (options: Shown) => whoami(await client(options), out, options))

const catalogue = program
  .command('datasets [nom]')
  .description(
    'le catalogue, ou un jeu de données et ses colonnes · the catalogue, or one dataset and its columns',
  )
  .addOption(asOption())
  .option('--quality', 'l’étiquette de qualité, avec un nom · the quality label, with a name')
  .addOption(jsonOption())
  .action(async (name: string | undefined, options: Shown & { quality?: boolean }) =>
    datasets(await client(options), out, { ...options, ...(name === undefined ? {} : { name }) }),
  )

catalogue
  .command('template <modele> [tables...]')
  .description('un descripteur de départ · a descriptor to start from (fhir | omop)')
  .requiredOption('--name <nom>', 'nom du jeu de données · name of the dataset')
  .requiredOption('--holder <organisation>', 'détenteur · holder')
  .action(async (model: string, tables: string[], options: { name: string; holder: string }) => {
    const { template } = await import('./cli/template.ts')
    template({ model, tables, ...options }, out)
  })

addHolderCommands(catalogue, { open: client, out })

program
  .command('projects')
  .description('vos projets · your projects')
  .addOption(asOption())
  .addOption(jsonOption())
  .action(async (options: Shown) => projects(await client(options), out, options))

program
  .command('passport')
  .description('vos visas GA4GH, une heure au plus · your GA4GH visas, an hour at most')
  .addOption(asOption())
  .option('--present <fichier>', 'remet un passeport d’ailleurs · hands in a passport of others')
  .addOption(jsonOption())
  .action(async (options: PassportOptions & As) => passport(await client(options), out, options))

const requests = program
  .command('habilitation')
  .description('les demandes d’habilitation · requests for access')

requests
  .command('show <id>')
  .description('une demande, son état, ce qui lui manque · a request, its state, what it lacks')
  .addOption(asOption())
  .addOption(jsonOption())
  .action(async (id: string, options: Shown) => habilitation(await client(options), out, { ...options, id }))

requestCommands(requests, { client, out })

addReleaseCommands(program, { client, out })

addDeposit(program, { ...setting, open: client, out })
addSigningKey(program, out)
addPseudonymise(program, { out, isTerminal: setting.isTerminal })
addGenerate(program.command('data').description('des données fictives · invented data'), {
  out,
  isTerminal: setting.isTerminal,
})

const optOut = program.command('opt-out').description('les oppositions des personnes · persons who object')
addOptOutCommands(optOut, { open: client, out })
addCatalogueCommands(program.command('catalogue').description('le catalogue · the catalogue'), {
  home: setting.home,
  out,
})

addQuestionCommands(program, { open: client, out })

program
  .command('simulate')
  .description('ce qui serait décidé, et pourquoi · what would be decided, and why; 3 = refusé · refused')
  .requiredOption('-p, --project <id>', 'projet · project')
  .requiredOption('--person <personne>', 'sujet ou émetteur:sujet · subject or issuer:subject')
  .addOption(asOption())
  .option('--dataset <nom>', 'jeu de données · dataset')
  .option('--purpose <code>', 'finalité · purpose')
  .option('--objective <id>', 'objectif · objective')
  .option('--date <jour>', 'jour ou instant, maintenant sinon · day or instant, else now')
  .addOption(jsonOption())
  .action(async (options: SimulateOptions & As) => simulate(await client(options), out, options))

addPersonCommands(program, { open: client, out })
addSessionCommands(
  program.command('sessions').description('les sessions des personnes · sessions of persons'),
  {
    open: client,
    out,
  },
)
policyCommands(
  program
    .command('policies')
    .description(
      'les règles : les lire, les éprouver, les changer à deux · the rules: read, try, change by two',
    ),
  { client, out },
)

const audit = program.command('audit').description('le journal de preuves · the evidence log')
const dirOption = () => new Option('--dir <dossier>', 'dossier audit · audit folder').default(logFolder)
const keyOption = () =>
  new Option('--key <clé>', 'clé publique du journal, ou son fichier · public key of the log, or its file')
const policyOption = () =>
  new Option('--policy <fichier>', 'journaux et témoins de confiance (C2SP tlog-policy) · whom to trust')
const auditFiles = () => import('./cli/audit.ts')
const where = (dir: string) => ({ dir, out, isTerminal: setting.isTerminal })

audit
  .command('verify')
  .description('0 intact · 1 falsifié/tampered · 2 ancien/stale · 3 invérifiable/cannot be verified')
  .addOption(dirOption())
  .option('--since <fichier>', 'état d’une vérification antérieure · state of an earlier verification')
  .option('--save <fichier>', 'garde l’état pour --since · keeps the state for --since')
  .addOption(policyOption())
  .addOption(jsonOption())
  .option('--fresh <heures>', 'âge permis des cosignatures (24) · age allowed to cosignatures', entryNumber)
  .action(async ({ dir, ...options }: VerifyOptions & { dir: string }) => {
    process.exitCode = await (await auditFiles()).verify(where(dir), options)
  })

audit
  .command('prove')
  .description('écrit la preuve d’une entrée · writes the proof of one entry')
  .requiredOption('--seq <numéro>', 'numéro de l’entrée · number of the entry', entryNumber)
  .requiredOption('-o, --output <fichier>')
  .option('--shard <année>', 'le plus récent sinon · the newest if left out')
  .option('--leaf <fichier>', 'écrit aussi l’entrée · writes the entry too')
  .addOption(dirOption())
  .action(async ({ dir, ...options }: ProveOptions & { dir: string }) => {
    process.exitCode = await (await auditFiles()).prove(where(dir), options)
  })

audit
  .command('check <preuve>')
  .description('vérifie une preuve · checks a proof')
  .addOption(keyOption())
  .addOption(policyOption())
  .option('--leaf <fichier>', 'l’entrée, si la preuve n’en a que l’empreinte · the entry itself')
  .option('--receipt <fichier>', 'réponse gardée, ou son reçu · a kept answer, or its receipt')
  .addOption(dirOption())
  .action(async (file: string, { dir, ...options }: CheckOptions & { dir: string }) => {
    process.exitCode = await (await auditFiles()).check(where(dir), file, options)
  })

audit
  .command('replay')
  .description('redécide chaque requête · decides every query again: 0 · 4 différence · 3 en partie/in part')
  .addOption(dirOption())
  .addOption(jsonOption())
  .option('--from <instant>', 'inclus · included')
  .option('--to <instant>', 'exclu · excluded')
  .action(async ({ dir, ...options }: { dir: string; json?: boolean; from?: string; to?: string }) => {
    const { replayAll } = await import('./cli/replay.ts')
    process.exitCode = await replayAll({ ...where(dir), ...options })
  })

audit
  .command('consistency')
  .description('deux têtes d’un même journal ? · are two checkpoints of one log?')
  .requiredOption('--from <fichier>', 'tête gardée · a checkpoint that was kept')
  .requiredOption('--to <fichier>', 'autre tête · another one')
  .addOption(keyOption())
  .addOption(dirOption())
  .action(async ({ dir, ...options }: { dir: string; from: string; to: string; key?: string }) => {
    process.exitCode = await (await auditFiles()).compare(where(dir), options)
  })

program
  .command('witness')
  .description('témoin d’autres journaux : cosigne leurs têtes · cosigns the heads of other logs')
  .requiredOption('--home <dossier>', 'dossier du témoin, le sien seul · folder of the witness, its own')
  .requiredOption(
    '--log <clé>',
    'clé d’un journal (log.vkey) ; répétable · key of a log; repeatable',
    several,
    [],
  )
  .option('--port <port>', 'port', entryNumber, 8090)
  .option('--host <adresse>', 'adresse d’écoute · address to listen on', '127.0.0.1')
  .option('--name <nom>', 'nom du témoin, fixé au premier démarrage · its name, fixed at first start')
  .action(async (options: WitnessOptions) => {
    const { witness } = await import('./cli/witness.ts')
    await witness({ ...options, home: resolve(options.home) }, out)
  })

function filtered(command: Command): Command {
  return command
    .addOption(asOption())
    .option('-p, --project <id>', 'projet · project')
    .option('--person <sujet>', 'personne · person')
    .option('--dataset <nom>', 'jeu de données · dataset')
    .option('--type <type>', 'type d’entrée · type of entry, query.refused…')
    .option('--code <code>', 'code du refus · code of the refusal')
    .option('--rule <règle>', 'règle · rule')
    .addOption(
      new Option('--outcome <issue>', 'issue · outcome').choices(['allowed', 'refused', 'failed', 'done']),
    )
    .option('--from <instant>', 'inclus · included')
    .option('--to <instant>', 'exclu · excluded')
}

filtered(audit.command('search'))
  .description('cherche dans le journal d’un nœud ; DPO · searches the log of a node; DPO')
  .option('--limit <nombre>', 'entrées au plus · entries at most', entryNumber)
  .addOption(jsonOption())
  .action(async ({ as, ...options }: JournalFilter & Shown & { limit?: number }) =>
    searchJournal(await client(as === undefined ? {} : { as }), out, options),
  )

filtered(audit.command('export'))
  .description('le résultat d’une recherche pour un tableur ; DPO · a search as a spreadsheet; DPO')
  .requiredOption('-o, --output <fichier>', 'journal.xlsx | journal.csv')
  .action(async ({ as, ...options }: JournalFilter & As & { output: string }) =>
    exportJournal(await client(as === undefined ? {} : { as }), out, options),
  )

audit
  .command('reindex')
  .description('refait l’index de recherche d’après le journal · makes the search index again from the log')
  .addOption(asOption())
  .action(async (options: As) => reindexJournal(await client(options), out))

program
  .command('report <nom>')
  .description(
    'un rapport signé : article-30 | persons | processings | cnil | biennial | sec | holder · a signed report',
  )
  .addOption(asOption())
  .option('--from <jour>', 'premier jour, à Paris · first day, in Paris')
  .option('--until <jour>', 'dernier jour compris · last day, included')
  .option('--organisation <id>', 'du rapport holder · of the report holder')
  .option(
    '-o, --output <fichier>',
    'rapport.json | .csv | .xlsx | .md | .html ; sinon .md à l’écran · else shown',
  )
  .action(async (name: string, { as, ...options }: ReportOptions & As) =>
    report(await client(as === undefined ? {} : { as }), out, { ...options, name }),
  )

addBackupCommands(program, { setting, out, environment })
addDemo(program, { setting, out })
addDoctor(program, { home: setting.home, environment, out, isTerminal: setting.isTerminal })

process.once('SIGINT', () => {
  process.exitCode = exits.interrupted
  interrupted.abort()
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = endingOf(error)
}

function endingOf(error: unknown): number {
  if (error instanceof CommandError) {
    if (error.message !== '') out.stderr.write(`${error.message}\n`)
    return error.exit
  }
  // Commander has said it already; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exits.done : exits.usage
  out.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return exits.failed
}
