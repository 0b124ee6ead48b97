/** A request with a bird in each text that its schema takes: what leaves can be told by its song. */
import { z } from 'zod'
import { body } from '../../services/habilitation/request.ts'

type Json = Readonly<Record<string, unknown>>

export const bird = (name: string): string => `canary-${name}-song`

/** Every member that is not among `known`, with a bird wherever a free text may stand. */
export function plantedBeside(known: readonly string[]): Json {
  const { properties = {} } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' })
  const others = Object.entries(properties).filter(([name]) => !known.includes(name))
  return Object.fromEntries(others.map(([name, schema]) => [name, plantedIn(schema as Json, name)]))
}

/** What must have a form of its own, or be a code, to be submitted at all. */
const formed: Readonly<Record<string, (name: string) => string>> = {
  leadCountry: () => 'FR',
  organisationKind: () => 'ETABLISSEMENT_SANTE',
  siret: () => '73282932000074',
  email: (name) => `${bird(name)}@example.org`,
}

function plantedIn(schema: Json, name: string, member = name): unknown {
  const options = (schema.anyOf ?? schema.oneOf) as readonly Json[] | undefined
  if (options)
    return plantedIn(options.find(({ type }) => type === 'object') ?? options[0] ?? {}, name, member)
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Json).map(([member, one]) => [
          member,
          plantedIn(one as Json, name, member),
        ]),
      )
    case 'array':
      return Array.from({ length: typeof schema.minItems === 'number' ? schema.minItems : 1 }, () =>
        plantedIn(schema.items as Json, name),
      )
    case 'string':
      return formed[member]?.(name) ?? textOf(schema, name)
    case 'boolean':
      return true
    default:
      return typeof schema.minimum === 'number' ? Math.max(schema.minimum, 1) : 1
  }
}

function textOf({ format, pattern, maxLength }: Json, name: string): string {
  if (format === 'date') return '2026-11-01'
  if (pattern !== undefined) return '12345678901234'
  return bird(name).slice(0, typeof maxLength === 'number' ? maxLength : undefined)
}
