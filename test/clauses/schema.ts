/** The clauses that a permit may hold, read off the schema that opens it. */
import { z } from 'zod'
import { permitForm } from '../../services/habilitation/signature.ts'

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly additionalProperties?: Node | false
}

const root = z.toJSONSchema(permitForm) as Node

/** Paths of all members that hold a value: `lines[].tables{}.columns[]`; `{}` alone is the name of a table. */
export function clausesOf(node: Node = root, path = ''): readonly string[] {
  const { properties, items, additionalProperties } = node
  if (properties)
    return Object.entries(properties).flatMap(([name, inner]) =>
      clausesOf(inner, path === '' ? name : `${path}.${name}`),
    )
  if (items) return clausesOf(items, `${path}[]`)
  if (additionalProperties) return [`${path}{}`, ...clausesOf(additionalProperties, `${path}{}`)]
  return [path]
}

/** Paths of all objects of a permit, the permit itself first. */
export function objectsOf(node: Node = root, path = ''): readonly string[] {
  const { properties, items, additionalProperties } = node
  if (properties)
    return [
      path,
      ...Object.entries(properties).flatMap(([name, inner]) =>
        objectsOf(inner, path === '' ? name : `${path}.${name}`),
      ),
    ]
  if (items) return objectsOf(items, `${path}[]`)
  return additionalProperties ? objectsOf(additionalProperties, `${path}{}`) : []
}

/** The permit with every value at a path changed; `{}` and `[]` stand for each. */
export function changedAt(value: unknown, path: string, change: (value: unknown) => unknown): unknown {
  if (path === '') return change(value)
  const [, step = '', rest = ''] = /^(\[\]|\{\}|[^.[{]+)\.?(.*)$/.exec(path) ?? []
  if (step === '[]') return (value as readonly unknown[]).map((item) => changedAt(item, rest, change))
  const members = Object.entries(value as object).map(([name, inner]) => [
    name,
    step === '{}' || name === step ? changedAt(inner, rest, change) : inner,
  ])
  return Object.fromEntries(members)
}
