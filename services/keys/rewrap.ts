/** Another KEK for the same data keys: rows are written anew, files are not. */
import type { Clock } from '../kernel/clock.ts'
import { type Database, rawSql } from '../store/store.ts'
import { aboutOf, type KeyKind } from './key-name.ts'
import { type Kept, type KeyProvider, unwrapKept } from './provider.ts'

export interface Progress {
  readonly done: number
  readonly of: number
}

interface RewrapNeeds {
  readonly db: Database
  readonly provider: KeyProvider
  readonly clock: Clock
}

/** Rows of one statement: the lock on them is short, and a stop in the middle loses nothing but this. */
const batchRows = 500
/** Calls to a provider at a time. */
const atOnce = 16

/** Wraps every key that is not under the present version. Done again, or after a stop, it goes on with what is left. */
export async function rewrapAll(
  { db, provider, clock }: RewrapNeeds,
  say: (progress: Progress) => void,
): Promise<number> {
  const { id: present } = provider
  const version = await provider.version()
  const stale = await db
    .selectFrom('keys_wrapped')
    .selectAll()
    .where((row) => row.or([row('provider', '!=', present), row('version', '!=', version)]))
    .orderBy('kind')
    .orderBy('id')
    .execute()
  let done = 0
  for (let at = 0; at < stale.length; at += batchRows) {
    const rows = stale.slice(at, at + batchRows)
    await writeBatch({ db, provider, clock }, rows)
    done += rows.length
    say({ done, of: stale.length })
  }
  return done
}

interface StaleRow extends Kept {
  readonly kind: string
  readonly id: string
}

async function writeBatch({ db, provider, clock }: RewrapNeeds, rows: readonly StaleRow[]): Promise<void> {
  const fresh: Awaited<ReturnType<KeyProvider['wrap']>>[] = []
  for (let at = 0; at < rows.length; at += atOnce) {
    const some = rows.slice(at, at + atOnce).map((row) => rewrapped(provider, row))
    fresh.push(...(await Promise.all(some)))
  }
  // A key that was destroyed meanwhile, or wrapped by another, is left as it is found.
  await rawSql`
    UPDATE keys_wrapped AS k
       SET provider = n.provider, version = n.version, wrapped = n.wrapped, wrapped_at = ${clock.now()}
      FROM unnest(${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ id }) => id)}::text[],
                  ${rows.map(({ wrapped }) => wrapped)}::bytea[],
                  ${fresh.map((one) => one.provider)}::text[], ${fresh.map((one) => one.version)}::text[],
                  ${fresh.map(({ bytes }) => Buffer.from(bytes))}::bytea[])
           AS n (kind, id, former, provider, version, wrapped)
     WHERE k.kind = n.kind AND k.id = n.id AND k.wrapped = n.former`.execute(db)
}

async function rewrapped(provider: KeyProvider, row: StaleRow) {
  const about = aboutOf({ kind: row.kind as KeyKind, id: row.id })
  return provider.wrap(await unwrapKept(provider, row, about), about)
}
