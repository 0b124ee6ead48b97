/** Under which keys the first-level pseudonyms of converted tables were made. Runs in the reader's process. */

import { type Connection, rowsOf } from './asking.ts'
import type { Descriptor } from './descriptor.ts'
import { name } from './quote.ts'

const identifying = new Set(['unit', 'unit-reference'])

/** Function and key version as each pseudonym begins (`h1k01`), sorted; tables that `relationOf` does not know are left out. */
export async function pseudonymKeys(
  connection: Connection,
  { resources }: Descriptor,
  relationOf: (table: string) => string | null,
): Promise<readonly string[]> {
  const keys = new Set<string>()
  for (const { name: table, schema } of resources) {
    const relation = relationOf(table)
    const fields = schema.fields.filter(({ type, role }) => type === 'string' && identifying.has(role ?? ''))
    for (const field of relation === null ? [] : fields) {
      const column = name(field.name)
      const found = await rowsOf(
        connection,
        `SELECT DISTINCT substr(${column}, 1, 5) FROM ${relation}
          WHERE regexp_full_match(${column}, 'h1k[0-9]{2}_[0-9a-f]{32}')`,
      )
      for (const [key] of found) keys.add(String(key))
    }
  }
  return [...keys].sort()
}
