/** Entries of the log behind a search, in full: the index finds them, the log is what is read. */
import type { Indexed } from '../../audit/writer.ts'
import type { AuditFilter } from '../../store/audit-index.ts'
import { loggedOf } from '../logged.ts'
import { type SearchNeeds, searchPages } from '../search.ts'

/** All of a search, the newest first. */
export async function* entriesOf(
  needs: SearchNeeds,
  filter: Omit<AuditFilter, 'cursor' | 'limit'>,
): AsyncGenerator<Indexed> {
  for await (const page of searchPages(needs, filter)) {
    for (const entry of await loggedOf(needs.audit, page)) if (entry !== null) yield entry
  }
}
