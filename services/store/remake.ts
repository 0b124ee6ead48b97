/** Tables that can be filled again from elsewhere, made again when somebody has dropped them. */
import { readMigrations } from './migrate.ts'
import { type Database, rawSql } from './store.ts'

const aside = 'store_remade'

/**
 * Makes those of the named tables that are not there, empty, as the migrations leave them: these run once more in a schema aside, from
 * which the tables are moved. To be called in a transaction.
 */
export async function remakeTables(db: Database, names: readonly string[]): Promise<void> {
  const { rows } = await rawSql<{ name: string; home: string }>`
    SELECT name, current_schema() AS home FROM unnest(${names}::text[]) AS name WHERE to_regclass(name) IS NULL`.execute(
    db,
  )
  if (rows.length === 0) return
  await rawSql`CREATE SCHEMA ${rawSql.id(aside)}`.execute(db)
  await rawSql`SET LOCAL search_path TO ${rawSql.id(aside)}`.execute(db)
  for (const { text } of await readMigrations()) await rawSql.raw(text).execute(db)
  await rawSql`SET LOCAL search_path TO DEFAULT`.execute(db)
  for (const { name, home } of rows)
    await rawSql`ALTER TABLE ${rawSql.id(aside, name)} SET SCHEMA ${rawSql.id(home)}`.execute(db)
  await rawSql`DROP SCHEMA ${rawSql.id(aside)} CASCADE`.execute(db)
}
