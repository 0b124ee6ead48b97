/** `huisclos sessions`: where one is signed in with a browser; where others are, for the DPO. */
import type { Command } from 'commander'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption, jsonOption } from './options.ts'
import type { Out } from './query.ts'
import { personOf } from './simulate.ts'

interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
}

interface Session {
  readonly id: string
  readonly level: number
  readonly methods: readonly string[]
  readonly createdAt: string
  readonly seenAt: string
  readonly until: string
}

interface Named extends As {
  readonly person?: string
}

const personFlag = '--person <personne>'
const personHelp = 'sujet ou émetteur:sujet, soi-même sinon · subject or issuer:subject, oneself otherwise'

export function addSessionCommands(sessions: Command, { open, out }: Around): void {
  sessions
    .command('list')
    .description('les sessions ouvertes dans un navigateur · sessions open in a browser')
    .addOption(asOption())
    .option(personFlag, personHelp)
    .addOption(jsonOption())
    .action(async ({ person, json, ...as }: Named & { json?: boolean }) => {
      const path =
        person === undefined ? 'me/sessions' : `sessions?${new URLSearchParams({ ...personOf(person) })}`
      const told = await askJson<{ sessions: readonly Session[] }>(await open(as), `GET /api/v1/${path}`)
      out.stdout.write(json ? `${JSON.stringify(told)}\n` : told.sessions.map(line).join(''))
    })
  sessions
    .command('close [session]')
    .description(
      'ferme une session, ou toutes celles d’une personne · closes one session, or all of a person',
    )
    .addOption(asOption())
    .option(personFlag, personHelp)
    .action(async (session: string | undefined, { person, ...as }: Named) => {
      const closed = await close(await open(as), session, person)
      out.stdout.write(`${closed} fermée(s) / closed\n`)
    })
}

async function close(client: Client, session: string | undefined, person: string | undefined) {
  if (person !== undefined) {
    const body = { person: personOf(person), ...(session !== undefined && { session }) }
    return countOf(client, 'POST /api/v1/sessions/closures', body)
  }
  if (session === undefined) throw new CommandError('SESSION ou/or --person', exits.usage)
  return countOf(client, `POST /api/v1/me/sessions/${encodeURIComponent(session)}/closure`, {})
}

async function countOf(client: Client, call: string, body: object): Promise<number> {
  return (await askJson<{ closed: number }>(client, call, { body })).closed
}

function line({ id, level, methods, createdAt, seenAt, until }: Session): string {
  const facts = [
    `niveau / level ${level}`,
    methods.join('+'),
    `${createdAt} → ${until}`,
    `vue / seen ${seenAt}`,
  ]
  // Methods are words of an issuer: nothing in them may steer the terminal.
  return `${`${id} · ${facts.join(' · ')}`.replaceAll(/\p{Cc}/gu, '·')}\n`
}
