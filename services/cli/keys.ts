/** `huisclos keys`: the KEK of a node and its rotation, for the operator. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import { type As, asOption, jsonOption } from './options.ts'
import { openProgress } from './progress.ts'
import type { Out } from './query.ts'

interface Around {
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
  readonly isTerminal: boolean
}

interface Status {
  readonly provider: string
  readonly version: string | null
  readonly wrapped: readonly { readonly provider: string; readonly version: string; readonly keys: number }[]
  readonly rotating: { readonly done: number; readonly of: number } | null
  readonly isStopped: boolean
  readonly clear: 'memory' | 'volume' | 'home'
}

const everyMs = 200

export function addKeyCommands(program: Command, { open, out, isTerminal }: Around): void {
  const keys = program
    .command('keys')
    .description('la clé qui enveloppe les autres (exploitant) · the key that wraps the others (operator)')
  keys
    .command('status')
    .description('quelle clé enveloppe quoi · which key wraps what')
    .addOption(asOption())
    .addOption(jsonOption())
    .action(async ({ json, ...as }: As & { json?: boolean }) => {
      const status = await statusOf(await open(as))
      out.stdout.write(json ? `${JSON.stringify(status)}\n` : statusLines(status))
    })
  keys
    .command('rotate')
    .description(
      'enveloppe tout de nouveau par la clé présente, sans réécrire de fichier · wraps all anew by the present key',
    )
    .addOption(asOption())
    .action(async (as: As) => rotate(await open(as), { out, isTerminal }))
}

function statusOf(client: Client): Promise<Status> {
  return askJson(client, 'GET /api/v1/keys')
}

async function rotate(client: Client, { out, isTerminal }: Omit<Around, 'open'>): Promise<void> {
  const { keys } = await askJson<{ keys: number }>(client, 'POST /api/v1/keys/rotation')
  const bar = openProgress('rotation', { stream: out.stderr, isTerminal })
  let status = await statusOf(client)
  while (status.rotating !== null) {
    bar.update(status.rotating.done, status.rotating.of)
    await pause(everyMs, undefined, { signal: out.signal })
    status = await statusOf(client)
  }
  bar.end()
  if (status.isStopped)
    throw new CommandError(
      'la rotation s’est arrêtée ; relancez-la / the rotation has stopped, run it again',
      exits.unavailable,
    )
  out.stdout.write(`${keys} clé(s) enveloppée(s) de nouveau / key(s) wrapped anew\n${statusLines(status)}`)
}

const clearWords = {
  memory: 'en mémoire / in memory',
  volume: 'sur le volume déclaré / on the declared volume',
  home: 'dans le dossier du nœud, sur le disque / in the home, on the disk',
} as const

/** A KEK that has wrapped nothing any more is in none of the lines: it can be destroyed. */
function statusLines({ provider, version, wrapped, clear }: Status): string {
  const isPresent = (use: Status['wrapped'][number]) => use.provider === provider && use.version === version
  const uses = wrapped.map(
    (use) =>
      `${use.provider} ${use.version} · ${use.keys} clé(s) / key(s)${isPresent(use) ? '' : ' · ancienne / former'}`,
  )
  const silent = version === null ? [`${provider} ne répond pas / does not answer`] : []
  return [...silent, ...uses, `fichiers en clair / plain files: ${clearWords[clear]}`, ''].join('\n')
}
