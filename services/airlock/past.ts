/** A past query of a person, as the log has it: what is run again for a release is the text that was asked, and no other. */
import { z } from 'zod'
import type { AuditLog } from '../audit/writer.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Parameters } from '../query/question.ts'
import type { Registry } from '../query/registry.ts'
import { readHeader } from '../query/statement/header.ts'
import { refused } from './refused.ts'

export interface PastNeeds {
  readonly audit: Pick<AuditLog, 'entry' | 'unseal' | 'shards'>
  readonly queries: Pick<Registry, 'list'>
}

export interface PastText {
  readonly sql: string
  /** SHA-256 of the text, as its entry has it. */
  readonly statement: string
  readonly parameters?: Parameters
}

const sealed = z.looseObject({
  sql: z.string(),
  parameters: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
})

interface Asked {
  readonly project: string
  readonly query: string
}

/** Refusal NOT_FOUND for what is not an answered query of this person in this project. */
export async function insistAnswered(
  { queries }: Pick<PastNeeds, 'queries'>,
  by: Actor,
  { project, query }: Asked,
): Promise<number> {
  const found = (await queries.list(project, by)).find(({ id }) => id === query)
  if (found?.outcome !== 'released' || found.seq === null) throw notThere()
  return found.seq
}

/** The text of an answered query. Refusals: NOT_FOUND, also where the text was erased; INVALID for one that makes or drops a table. */
export async function pastText(needs: PastNeeds, by: Actor, asked: Asked): Promise<PastText> {
  const seq = await insistAnswered(needs, by, asked)
  for (const shard of needs.audit.shards.toReversed()) {
    const release = await needs.audit.entry(seq, shard)
    if (release?.body.type !== 'query.release' || release.body.query !== asked.query) continue
    const { of } = release.body
    const intent = await needs.audit.entry(of, shard)
    const read = sealed.safeParse(await needs.audit.unseal(of, shard))
    if (intent?.body.type !== 'query.intent' || !read.success) throw notThere()
    const { sql, parameters } = read.data
    if (sha256(sql) !== intent.body.statement.replace(/^sha256:/, '')) throw notThere()
    if (readHeader(sql) !== null) throw refused('INVALID', 'table')
    return { sql, statement: sha256(sql), ...(parameters && { parameters }) }
  }
  throw notThere()
}

function notThere(): Refusal {
  return new Refusal('NOT_FOUND', { rule: 'airlock.query' })
}
