/** Log → search index: what the DPO finds of an entry. The index is a projection; the log is the evidence. */
import type { Body } from '../audit/entry.ts'
import { outcomeOf } from '../audit/outcome.ts'
import type { AuditLog, Indexed } from '../audit/writer.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AuditIndex, type IndexedEntry, indexGone } from '../store/audit-index.ts'

/** The facets of an entry. */
export function indexedEntry({ shard, seq, ts, leaf, body, actor, project }: Indexed): IndexedEntry {
  const { code, rule } = facetsOf(body)
  const datasets = datasetsOf(body)
  return {
    shard,
    seq,
    ts: Date.parse(ts),
    type: body.type,
    outcome: outcomeOf(body.type),
    leaf,
    ...(actor === undefined ? {} : { actor }),
    ...(project === undefined ? {} : { project }),
    ...(datasets.length === 0 ? {} : { datasets }),
    ...(code === undefined ? {} : { code }),
    ...(rule === undefined ? {} : { rule }),
  }
}

interface Facets {
  readonly code?: string | undefined
  readonly rule?: string | undefined
}

function facetsOf(body: Body): Facets {
  return {
    code: 'code' in body ? body.code : 'reason' in body ? body.reason : undefined,
    rule: 'rule' in body ? body.rule : body.type === 'auth.closed' ? `session.${body.cause}` : undefined,
  }
}

function datasetsOf(body: Body): readonly string[] {
  if ('datasets' in body) return body.datasets.map(({ name }) => name)
  if (!('dataset' in body) || body.dataset === undefined) return []
  return [typeof body.dataset === 'string' ? body.dataset : body.dataset.name]
}

/** Adds to the index what a crash or another database kept out of it, or all when it is gone. Answers how many entries were missing. */
export async function catchUp(audit: AuditLog, index: AuditIndex, log: Log): Promise<number> {
  const heads = await index.head().catch(whenGone)
  if (heads === null) {
    log.warn('the search index is gone: it is made again')
    return reindex(audit, index)
  }
  let added = 0
  for (const shard of audit.shards) {
    const from = (heads.get(shard) ?? -1) + 1
    for await (const entry of audit.entries(from, Number.MAX_SAFE_INTEGER, shard)) {
      index.add(indexedEntry(entry))
      added += 1
      if (added % 10_000 === 0) await index.flush()
    }
  }
  await index.flush()
  if (added > 0) log.info('entries added to the search index', { entries: added })
  return added
}

function whenGone(error: unknown): null {
  if (error instanceof Refusal && error.facts.rule === indexGone) return null
  throw error
}

/** Empties the index and fills it from every entry of the log. Answers how many there are. */
export async function reindex(audit: AuditLog, index: AuditIndex): Promise<number> {
  let entries = 0
  async function* every() {
    for (const shard of audit.shards) {
      for await (const entry of audit.entries(0, Number.MAX_SAFE_INTEGER, shard)) {
        entries += 1
        yield indexedEntry(entry)
      }
    }
  }
  await index.rebuild(every())
  return entries
}
