/** The rows of wrapped keys. */
import { type Database, rawSql } from '../store/store.ts'
import type { KeysWrapped } from '../store/tables.ts'
import type { KeyName } from './key-name.ts'

export type WrappedRow = Omit<KeysWrapped, 'kind' | 'id'>

export async function findRow(db: Database, { kind, id }: KeyName): Promise<WrappedRow | undefined> {
  return db
    .selectFrom('keys_wrapped')
    .select(['provider', 'version', 'wrapped', 'sha256', 'made_at', 'wrapped_at'])
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertRow(db: Database, { kind, id }: KeyName, row: WrappedRow): Promise<void> {
  await db
    .insertInto('keys_wrapped')
    .values({ kind, id, ...row })
    .execute()
}

/** False where there was none. What PostgreSQL keeps of it a while is for shred.ts. */
export async function removeRow(db: Database, { kind, id }: KeyName): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('keys_wrapped')
    .where('kind', '=', kind)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Removes the row of this id and those below it; answers their ids. */
export async function removeRows(db: Database, { kind, id }: KeyName): Promise<string[]> {
  const rows = await db
    .deleteFrom('keys_wrapped')
    .where('kind', '=', kind)
    .where((row) =>
      row.or([row('id', '=', id), row(rawSql<boolean>`starts_with(id, ${`${id}/`})`, '=', true)]),
    )
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}
