/** Hints that name what the text could have written. */
import { type FunctionKind, functionClass } from '../../engine/capabilities.ts'
import type { Facts, Sentence } from '../../kernel/refusal.ts'
import { callable } from '../functions.ts'
import { synonymOf } from '../synonyms.ts'
import { isOwn, isSame } from './identifiers.ts'
import { nearest } from './nearest.ts'
import type { Column, Source } from './relation.ts'
import { listNames } from './scope.ts'

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

/**
 * What to write instead of a function: a form of another name, an allowed name near this one, or that there is none. The same
 * whether the function is absent or forbidden: only the name and the allowed names are looked at.
 */
export function instead(name: string, kind: FunctionKind): Facts {
  // A backtick is an operator here: `ward` = 'x' parses.
  if (name.includes('`')) return { hint: { key: 'hint.quotes' } }
  const form = synonymOf(name)
  if (form === null) return { hint: { key: 'hint.noEquivalent' } }
  if (form !== undefined) return { hint: { key: 'hint.writeInstead', with: { form } } }
  if (kind !== 'window' && functionClass(name, 'window') !== 'deny')
    return { hint: { key: 'hint.writeInstead', with: { form: `${name.toLowerCase()}(…) OVER (…)` } } }
  const near = nearest(name, callable(kind))
  return near.length > 0 ? { hint: { key: 'hint.nearFunction', with: { near: near.join(', ') } } } : {}
}

/** Tables of the project for one that it does not have, with those of a near name first. */
export function knownTables(name: string, names: readonly string[]): Facts {
  const known = listNames(names)
  const near = nearest(name, names)
  const hint = { key: 'hint.nearTable', with: { near: near.join(', '), known } }
  return { with: { known }, ...(near.length > 0 ? { hint } : {}) }
}
