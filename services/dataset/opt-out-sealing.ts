/** Rows of opt-outs that an earlier release wrote in the clear, sealed once. */
import { type Database, rawSql } from '../store/store.ts'
import type { OptOutSeal, OptOutSeals } from './opt-out-seal.ts'

/** What a sealed row is bound to. */
export const aboutRow = (domain: string, mac: string): string => `opt-out|${domain}|${mac}`

const batchSize = 1_000

/**
 * In one transaction, which writes the table anew at its end: what it held in the clear is in no page of it, and a start that is cut
 * finds all as it was. What lies in the write-ahead log, in freed blocks of the disk and in former backups is not reached from here
 * (docs/operation.md).
 */
export async function sealPlain(db: Database, seals: OptOutSeals): Promise<number> {
  const domains = await db
    .selectFrom('dataset_opt_out')
    .select('domain')
    .distinct()
    .where('pseudonym', 'is not', null)
    .execute()
  if (domains.length === 0) return 0
  // Before the transaction: a key asks the database too.
  const keyed = await Promise.all(domains.map(async ({ domain }) => [domain, await seals(domain)] as const))
  const known = new Map(keyed)
  return db.transaction().execute(async (transaction) => {
    let count = 0
    let done = await sealBatch(transaction, known)
    for (; done > 0; done = await sealBatch(transaction, known)) count += done
    await rawSql`ALTER TABLE dataset_opt_out ALTER COLUMN added_at TYPE bigint USING added_at + 0`.execute(
      transaction,
    )
    // Its statistics hold values too.
    await rawSql`ANALYZE dataset_opt_out`.execute(transaction)
    return count
  })
}

async function sealBatch(db: Database, seals: ReadonlyMap<string, OptOutSeal>): Promise<number> {
  const rows = await db
    .selectFrom('dataset_opt_out')
    .select(['number', 'domain', 'pseudonym'])
    .where('pseudonym', 'is not', null)
    .orderBy('number')
    .limit(batchSize)
    .execute()
  const sealed = rows.flatMap(({ number, domain, pseudonym }) => {
    const seal = seals.get(domain)
    if (seal === undefined || pseudonym === null) return []
    const mac = seal.mac(pseudonym)
    return [{ number, mac, bytes: seal.seal(pseudonym, aboutRow(domain, mac)) }]
  })
  if (sealed.length === 0) return 0
  const numbers = sealed.map(({ number }) => number)
  const macs = sealed.map(({ mac }) => mac)
  const bytes = sealed.map((one) => one.bytes)
  await rawSql`
    UPDATE dataset_opt_out AS row SET pseudonym = NULL, mac = made.mac, sealed = made.sealed
    FROM unnest(${numbers}::bigint[], ${macs}::text[], ${bytes}::bytea[]) AS made(number, mac, sealed)
    WHERE row.number = made.number`.execute(db)
  return sealed.length
}
