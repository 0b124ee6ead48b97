/** Hints that name what the text could have written. */
import type { Sentence } from '../../kernel/refusal.ts'
import { isOwn, isSame } from './identifiers.ts'
import type { Column, Source } from './relation.ts'

interface Named {
  readonly source: Source
  readonly column: Column
}

function identifiers(sources: readonly Source[]): readonly Named[] {
  return sources.flatMap((source) =>
    source.columns.filter(({ identifier }) => isOwn(identifier)).map((column) => ({ source, column })),
  )
}

const write = ({ source, column }: Named) => `${source.alias}.${column.name}`

/** `a.patient_id = b.patient_id`, with the names of the text; nothing when the two sides have no identifier in common. */
export function addEquality(left: readonly Source[], right: readonly Source[]): Sentence | undefined {
  const pairs = identifiers(left).flatMap((a) =>
    identifiers(right)
      .filter((b) => isSame(a.column.identifier, b.column.identifier))
      .map((b) => ({ role: a.column.identifier?.role, equality: `${write(a)} = ${write(b)}` })),
  )
  const best = pairs.find(({ role }) => role === 'unit') ?? pairs[0]
  return best && { key: 'hint.addEquality', with: { equality: best.equality } }
}

/** The person of some sources as the text could name it, such as `x.patient_id`. */
export function personOf(sources: readonly Source[]): string | undefined {
  const all = identifiers(sources)
  const best = all.find(({ column }) => column.identifier?.role === 'unit') ?? all[0]
  return best && write(best)
}
