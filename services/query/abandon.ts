/** What a start does with the queries that the last stop cut: the list of each person says again what the log says. */
import type { Indexed } from '../audit/record.ts'
import type { AuditLog } from '../audit/writer.ts'
import { isCode } from '../kernel/refusal.ts'
import type { QueryNeeds } from './question.ts'
import type { Ending, OpenRun } from './registry.ts'

/** What has been written of the current shard. */
export type PastEntries = Pick<AuditLog, 'origin' | 'size' | 'entries'>

/** Read backwards in pieces of so many entries. */
const piece = 512
/** The clock of the list may run so far behind that of the log. */
const marginMs = 5 * 60_000

/**
 * At start, before the doors open. A query whose end is in the log had only its line in the list cut off: it gets that end, and
 * no second one. Of every other one it is written down that it was cut, so that every intent has its end (security.md 4.8); one that
 * never came to its intent gets the entry too, which says no more than that it ended.
 */
export async function abandonQueries(
  { audit, clock, registry }: Pick<QueryNeeds, 'audit' | 'clock' | 'registry'>,
  past: PastEntries,
): Promise<void> {
  const open = await registry.open()
  const endings = await endingsOf(open, past)
  for (const run of open) {
    const at = clock.now()
    const ended = endings.get(nameOf(run))
    if (ended !== undefined) {
      await registry.end(run, { at, ...ended })
      continue
    }
    const by = { ...run.by, level: 0, door: 'system' } as const
    const body = { type: 'query.abort', query: run.id, cause: 'restart' } as const
    const receipt = await audit.append(body, { by, project: run.project })
    await registry.end(run, { at, outcome: 'aborted', receipt })
  }
}

type Found = Omit<Ending, 'at'>

const nameOf = ({ project, id }: Pick<OpenRun, 'project' | 'id'>) => JSON.stringify([project, id])

/** The ends of these queries that the log has, looked for from its last entry back to when the first of them was asked. */
async function endingsOf(open: readonly OpenRun[], past: PastEntries): Promise<ReadonlyMap<string, Found>> {
  const wanted = new Set(open.map(nameOf))
  const found = new Map<string, Found>()
  const first = Math.min(...open.map(({ since }) => since)) - marginMs
  for (let to = past.size, isOver = false; to > 0 && !isOver && found.size < wanted.size; to -= piece) {
    for await (const entry of past.entries(Math.max(0, to - piece), to)) {
      isOver ||= Date.parse(entry.ts) < first
      const ending = endingIn(entry)
      if (ending !== undefined && wanted.has(ending.name))
        found.set(ending.name, { ...ending.ended, receipt: { log: past.origin, seq: entry.seq } })
    }
  }
  return found
}

function endingIn({ body, project = '' }: Indexed): { name: string; ended: Found } | undefined {
  switch (body.type) {
    case 'query.release':
      return { name: nameOf({ project, id: body.query }), ended: { outcome: 'released' } }
    case 'query.abort':
      return { name: nameOf({ project, id: body.query }), ended: { outcome: 'aborted' } }
    case 'query.refused': {
      const { code } = body
      const told = isCode(code) ? { code } : {}
      return { name: nameOf({ project, id: body.query }), ended: { outcome: 'refused', ...told } }
    }
    default:
      return undefined
  }
}
