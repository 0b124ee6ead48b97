/** `huisclos audit replay`: every logged query decided again, on the files of a home, running or stopped. */
import { dirname, join } from 'node:path'
import { Archive } from '../audit/archive.ts'
import { systemFiles } from '../audit/files.ts'
import { listShards, readSigned } from '../audit/home.ts'
import { openKept } from '../audit/kept.ts'
import { Keyring } from '../audit/keyring.ts'
import type { Indexed } from '../audit/record.ts'
import { openParser } from '../engine/parser.ts'
import type { Rulebook } from '../habilitation/decision.ts'
import { keptRulebook } from '../habilitation/rulebook.ts'
import { type Replayed, type ReplayNeeds, replay } from '../query/replay.ts'
import { homeSecrets } from './home-secrets.ts'
import { openProgress } from './progress.ts'
import type { Out } from './query.ts'

/** Statuses of the replay, beside those of the other audit commands. */
const replayExits = { agrees: 0, incomplete: 3, differs: 4 } as const

export interface ReplayOptions {
  /** The folder `audit` of a home; keys and kept texts lie beside it. */
  readonly dir: string
  readonly out: Out
  readonly isTerminal: boolean
  readonly json?: boolean
  /** Instants, ISO 8601: the first included, the second not. */
  readonly from?: string
  readonly to?: string
}

interface Tally {
  decisions: number
  agree: number
  readonly differ: { seq: number; shard: string; query: string; logged: string; again: string }[]
  readonly lost: { seq: number; shard: string; what: string }[]
}

/** Prints what differs and what could not be decided again. Answers the status: 0 all agree, 4 one differs, 3 some are lost. */
export async function replayAll(options: ReplayOptions): Promise<number> {
  const { dir, out, json = false } = options
  const home = dirname(dir)
  const kept = openKept(home)
  const parser = await openParser({ processes: 1 })
  const tally: Tally = { decisions: 0, agree: 0, differ: [], lost: [] }
  try {
    const needs = { kept, parser, rulebook: rulebooks(kept) }
    for await (const { entry, content } of entriesOf(options, join(home, 'keys')))
      count(tally, entry, await replay(needs, entry, content))
  } finally {
    await parser.close()
  }
  out.stdout.write(json ? `${JSON.stringify(tally)}\n` : said(tally))
  if (tally.differ.length > 0) return replayExits.differs
  return tally.lost.length > 0 ? replayExits.incomplete : replayExits.agrees
}

/** Entries of the period, oldest first, with a bar on a terminal. */
async function* entriesOf({ dir, out, isTerminal, from, to }: ReplayOptions, keys: string) {
  const home = { audit: dir, keys, files: systemFiles, box: await homeSecrets(dirname(keys), process.env) }
  const keyring = await Keyring.open(home)
  const archive = new Archive({ home, keyring, written: () => undefined, now: Date.now })
  for (const shard of await listShards(home)) {
    const { size } = await readSigned(home, shard)
    const progress = openProgress(shard, { stream: out.stderr, isTerminal })
    for await (const opened of archive.opened({ from: 0, to: size }, shard)) {
      progress.update(opened.entry.seq + 1, size)
      const { ts } = opened.entry
      if ((from === undefined || ts >= from) && (to === undefined || ts < to)) yield opened
    }
    progress.end()
  }
}

/** Each bundle is read and validated once. */
function rulebooks(kept: ReplayNeeds['kept']): ReplayNeeds['rulebook'] {
  const opened = new Map<string, Promise<Pick<Rulebook, 'decide'> | null>>()
  return ({ bundle, node }) => {
    const name = `${node} ${bundle}`
    const read = (hash: string) => kept.read('policies', hash)
    const known = opened.get(name) ?? keptRulebook(bundle, { node, read })
    opened.set(name, known)
    return known
  }
}

function count(tally: Tally, { seq, shard, body }: Indexed, replayed: Replayed | null): void {
  if (replayed === null) return
  tally.decisions += 1
  if (replayed.outcome === 'agrees') tally.agree += 1
  if (replayed.outcome === 'lost') tally.lost.push({ seq, shard, what: replayed.what })
  if (replayed.outcome !== 'differs') return
  const { logged, again } = replayed
  tally.differ.push({ seq, shard, query: 'query' in body ? body.query : '', logged, again })
}

const whatIsLost: Readonly<Record<string, string>> = {
  sealed: 'contenu effacé ou antérieur / content shredded, or older',
  policies: 'règles absentes / rules gone',
  permits: 'permis absent / permit gone',
  catalogues: 'catalogue absent / catalogue gone',
}

function said({ decisions, agree, differ, lost }: Tally): string {
  const lines = [
    `${decisions} décisions rejouées, ${agree} identiques · ${decisions} decisions made again, ${agree} the same`,
    ...differ.map(
      ({ shard, seq, query, logged, again }) =>
        `différence / difference: ${shard} n° ${seq} (${query}): ${logged} → ${again}`,
    ),
    ...lost.map(
      ({ shard, seq, what }) => `non rejouable / not replayable: ${shard} n° ${seq}: ${whatIsLost[what]}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}
