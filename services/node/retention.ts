/** Drops the years of the log whose time is over: at start, then once a day. */
import type { RetentionRule } from '../audit/retention.ts'
import type { AuditLog } from '../audit/writer.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { indexedEntry } from '../review/indexing.ts'
import type { AuditIndex } from '../store/audit-index.ts'

const everyMs = 24 * 3_600_000

interface RetentionNeeds {
  readonly audit: AuditLog
  readonly auditIndex: Pick<AuditIndex, 'rebuild'>
  readonly log: Log
  readonly rule: RetentionRule
}

/** The first look is over when this resolves. What fails is tried again the next day, and told to the operator. */
export async function openRetention(needs: RetentionNeeds): Promise<Closable> {
  let look = lookOnce(needs)
  await look
  const timer = setInterval(() => {
    look = lookOnce(needs)
  }, everyMs).unref()
  return {
    close: async () => {
      clearInterval(timer)
      await look
    },
  }
}

async function lookOnce({ audit, auditIndex, log, rule }: RetentionNeeds): Promise<void> {
  try {
    const dropped = await audit.drop(rule)
    if (dropped.length === 0) return
    log.warn('years of the audit log were dropped, their time being over', { years: dropped.join(' ') })
    await auditIndex.rebuild(allEntries(audit))
  } catch {
    log.error('the retention of the audit log could not be carried out')
  }
}

async function* allEntries(audit: AuditLog) {
  for (const shard of audit.shards) {
    for await (const entry of audit.entries(0, Number.MAX_SAFE_INTEGER, shard)) yield indexedEntry(entry)
  }
}
