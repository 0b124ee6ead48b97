import type { Choice, FieldSchema } from '../../../request-form.ts'

export type Kind =
  | 'choice'
  | 'choices'
  | 'enum'
  | 'date'
  | 'number'
  | 'flag'
  | 'short'
  | 'long'
  | 'texts'
  | 'groups'
  | 'object'
  | 'list'
  | 'fixed'

/** By which control a value of this schema is written. */
export function kindOf(schema: FieldSchema, choices: readonly Choice[] = []): Kind {
  if (schema.const !== undefined) return 'fixed'
  if (schema.type === 'array') return listKind(schema.items ?? {}, choices)
  if (schema.type === 'object') return 'object'
  if (schema.type === 'boolean') return 'flag'
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  return textKind(schema, choices)
}

function listKind({ type }: FieldSchema, choices: readonly Choice[]): Kind {
  if (type === 'object') return 'list'
  if (type === 'array') return 'groups'
  return choices.length > 0 ? 'choices' : 'texts'
}

/** The longest text that goes on one line. */
const shortest = 2000

function textKind({ enum: words, format, maxLength = 0 }: FieldSchema, choices: readonly Choice[]): Kind {
  if (words !== undefined) return 'enum'
  if (choices.length > 0) return 'choice'
  if (format === 'date') return 'date'
  return maxLength > shortest ? 'long' : 'short'
}
