/** What is typed to ask, or to learn what would be answered: `query`, `explain`, and the texts that a project keeps. */
import { type Command, Option } from 'commander'
import type { Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption, jsonOption } from './options.ts'
import { explain, formats, type Out, type QueryOptions, query, sqlOf } from './query.ts'
import { saved, savedNamed } from './saved.ts'
import { several } from './several.ts'

interface Needs {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

interface Asked extends QueryOptions, As {
  readonly saved?: string
}

export function addQuestionCommands(program: Command, { open, out }: Needs): void {
  const asked = (run: typeof query) => async (argument: string | undefined, options: Asked) => {
    const client = await open(options)
    const { sql, ...kept } = await textOf(client, argument, options)
    await run(client, sql, { ...kept, ...options, out })
  }
  asking(program.command('query [sql]'))
    .description('pose une question · asks; 3 = refusé · refused')
    .addOption(new Option('--format <forme>').choices(formats).default('table'))
    .option('-o, --output <fichier>', 'écrit le résultat dans un fichier · writes the result to a file')
    .option(
      '--twin <jeu>',
      'sans projet : le jumeau synthétique d’un jeu · no project: the twin of a dataset',
    )
    .action(asked(query))

  asking(program.command('explain [sql]'))
    .description('la décision sans l’exécution · the decision without the run')
    .action(asked(explain))

  program
    .command('saved [titre]')
    .description(
      'les requêtes enregistrées d’un projet, ou le texte d’une seule · the saved queries of a project, or the text of one',
    )
    .requiredOption('-p, --project <id>', 'projet · project')
    .addOption(asOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: As & { project: string; json?: boolean }) =>
      saved(await open(options), out, { ...options, ...(name === undefined ? {} : { name }) }),
    )
}

function asking(command: Command): Command {
  return command
    .option('-p, --project <id>', 'projet · project')
    .addOption(asOption())
    .option('--purpose <code>', 'finalité · purpose')
    .option('--objective <id>', 'objectif · objective')
    .option('--param <valeur>', 'k=v pour/for $k, sinon/else ?; répétable · repeatable', several, [])
    .option('-f, --file <fichier>', 'lit la requête d’un fichier · reads the statement from a file')
    .option(
      '--saved <titre>',
      'une requête enregistrée du projet, avec sa finalité · a saved query of the project, with its purpose',
    )
}

/** The text that is asked, and what was kept with it; what is typed beside it wins. */
async function textOf(
  client: Client,
  argument: string | undefined,
  { saved: name, file, project }: Asked,
): Promise<Pick<QueryOptions, 'purpose' | 'objective'> & { readonly sql: string }> {
  if (name === undefined) return { sql: await sqlOf(argument, file) }
  if (argument !== undefined || file !== undefined)
    throw new CommandError('--saved, ou "SQL", ou -f : un seul / one of them alone', exits.usage)
  if (project === undefined)
    throw new CommandError('--saved : -p PROJET manque / a project is missing', exits.usage)
  const { sql, purpose, objective } = await savedNamed(client, { project, name })
  return { sql, ...(purpose !== undefined && { purpose }), ...(objective !== undefined && { objective }) }
}
