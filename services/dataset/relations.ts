/** What follows from a descriptor: classes, the way from a row to its person, key spaces, and what is wrong with it. Pure. */
import type { Missing } from '../kernel/refusal.ts'
import type { Descriptor, Field, Resource } from './descriptor.ts'

/** One foreign key followed from a table towards the table that names the person. */
export interface Hop {
  readonly from: string
  readonly fields: readonly string[]
  readonly to: string
  readonly references: readonly string[]
}

/** How a row finds its person: the hops to follow, then the unit field of the last table. */
export interface UnitPath {
  readonly hops: readonly Hop[]
  readonly unit: string
}

/** Rows that belong to a unit are `personal`, whoever the units are: persons, or establishments. */
export function classOf(descriptor: Descriptor, resource: Resource): 'personal' | 'public' {
  const hasUnits = descriptor.kind === 'personal' || isOfEstablishments(descriptor)
  return resource.class ?? (hasUnits ? 'personal' : 'public')
}

export function isOfEstablishments({ kind, entity }: Pick<Descriptor, 'kind' | 'entity'>): boolean {
  return kind === 'non-personal' && entity === 'establishment'
}

/** Below it a dataset of persons is not accepted, whatever its holder chose. */
const leastOfPersons = 11

function unitFaults(descriptor: Descriptor): Missing[] {
  const { kind, entity, threshold } = descriptor
  const isMixed = entity !== undefined && (entity !== 'establishment') !== (kind === 'personal')
  const isLow = threshold < leastOfPersons && !isOfEstablishments(descriptor)
  return [
    ...(isMixed
      ? [{ path: 'entity', message: 'persons are of a personal dataset, establishments of one that is not' }]
      : []),
    ...(isLow
      ? [{ path: 'threshold', message: `the threshold of persons is at least ${leastOfPersons}` }]
      : []),
  ]
}

/** The domain of the pseudonyms of a dataset; a dataset that names none shares its pseudonyms with no other. */
export function domainOf(descriptor: Descriptor): string {
  return descriptor.domain ?? `dataset:${descriptor.name}`
}

export function resourceOf(descriptor: Descriptor, table: string): Resource | undefined {
  return descriptor.resources.find((resource) => resource.name === table)
}

function unitOf(resource: Resource): Field | undefined {
  return resource.schema.fields.find((field) => field.role === 'unit')
}

function hopsOf(resource: Resource): Hop[] {
  return (resource.schema.foreignKeys ?? []).map(({ fields, reference }) => ({
    from: resource.name,
    fields,
    to: reference.resource === '' ? resource.name : reference.resource,
    references: reference.fields,
  }))
}

/** The shortest way from a table to a table with a unit field, through personal tables only; null when there is none. */
export function pathToUnit(descriptor: Descriptor, table: string): UnitPath | null {
  const seen = new Set<string>()
  const queue: { readonly table: string; readonly hops: readonly Hop[] }[] = [{ table, hops: [] }]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const resource = resourceOf(descriptor, at.table)
    if (resource === undefined || seen.has(at.table) || classOf(descriptor, resource) === 'public') continue
    seen.add(at.table)
    const unit = unitOf(resource)
    if (unit !== undefined) return { hops: at.hops, unit: unit.name }
    for (const hop of hopsOf(resource)) queue.push({ table: hop.to, hops: [...at.hops, hop] })
  }
  return null
}

/**
 * The space in which a `key` value names one thing: the name of the field that its foreign keys lead to. Two fields of one
 * space are re-keyed alike, so that a stay keeps its number from table to table; two spaces never meet.
 */
export function keySpace(descriptor: Descriptor, table: string, field: string): string {
  let at = { table, field }
  for (let steps = 0; steps < descriptor.resources.length; steps += 1) {
    const target = targetOf(descriptor, at)
    if (target === null) break
    at = target
  }
  return at.field
}

function targetOf(descriptor: Descriptor, at: { table: string; field: string }) {
  const resource = resourceOf(descriptor, at.table)
  for (const hop of resource === undefined ? [] : hopsOf(resource)) {
    const index = hop.fields.indexOf(at.field)
    const field = hop.references[index]
    const target = resourceOf(descriptor, hop.to)?.schema.fields.find((one) => one.name === field)
    if (index >= 0 && field !== undefined && target?.role === 'key') return { table: hop.to, field }
  }
  return null
}

/**
 * The descriptor with a role on every field that is an identifier by its foreign key: what refers to a `key` is one, what
 * refers to a `unit` is the person of a table that names nobody else, and another person elsewhere. Without this a copy of
 * an identifier would pass as a plain column.
 */
export function withInheritedRoles(descriptor: Descriptor): Descriptor {
  let at = descriptor
  for (let next = inheritOnce(at); next !== null; next = inheritOnce(at)) at = next
  return at
}

/** One role more, or null when every field has its own. */
function inheritOnce(descriptor: Descriptor): Descriptor | null {
  for (const resource of descriptor.resources) {
    if (classOf(descriptor, resource) === 'public') continue
    for (const field of resource.schema.fields) {
      const role = field.role === undefined ? inheritedRole(descriptor, resource, field.name) : undefined
      if (role !== undefined) return withRole(descriptor, { table: resource.name, field: field.name, role })
    }
  }
  return null
}

function inheritedRole(descriptor: Descriptor, resource: Resource, field: string): Field['role'] {
  const targets = hopsOf(resource).flatMap((hop) => {
    const name = hop.references[hop.fields.indexOf(field)]
    const found = resourceOf(descriptor, hop.to)?.schema.fields.find((one) => one.name === name)
    return found?.role === undefined ? [] : [found.role]
  })
  if (targets.includes('unit')) return unitOf(resource) === undefined ? 'unit' : 'unit-reference'
  return targets.find((role) => role === 'key' || role === 'unit-reference')
}

function withRole(
  descriptor: Descriptor,
  { table, field, role }: { table: string; field: string; role: NonNullable<Field['role']> },
): Descriptor {
  const changed = (one: Field): Field => (one.name === field ? { ...one, role } : one)
  const resources = descriptor.resources.map((resource) =>
    resource.name === table
      ? { ...resource, schema: { ...resource.schema, fields: resource.schema.fields.map(changed) } }
      : resource,
  )
  return { ...descriptor, resources }
}

/** Whether a field refers to another table. */
export function isForeign(resource: Resource, field: string): boolean {
  return hopsOf(resource).some((hop) => hop.fields.includes(field))
}

/** Everything that makes a descriptor unusable, with the path of each; an empty list when it can be stored. */
export function faultsOf(descriptor: Descriptor): Missing[] {
  const faults: Missing[] = repeated(
    descriptor.resources.map((resource) => resource.name),
    'resources',
  )
  faults.push(...unitFaults(descriptor))
  descriptor.resources.forEach((resource, index) => {
    const at = `resources[${index}]`
    faults.push(...fieldFaults(descriptor, resource, at), ...keyFaults(descriptor, resource, at))
    if (classOf(descriptor, resource) === 'personal' && pathToUnit(descriptor, resource.name) === null) {
      faults.push({
        path: `${at}.schema.fields`,
        message: 'a personal table has a unit field, or a foreign-key path to a personal table that has one',
      })
    }
  })
  return faults
}

function repeated(names: readonly string[], path: string): Missing[] {
  const seen = new Set<string>()
  return names.flatMap((name, index) => {
    const word = name.toLowerCase()
    if (seen.has(word)) return [{ path: `${path}[${index}].name`, message: 'this name is used twice' }]
    seen.add(word)
    return []
  })
}

const identifying = new Set(['unit', 'key', 'unit-reference'])

function fieldFaults(descriptor: Descriptor, resource: Resource, at: string): Missing[] {
  const { fields } = resource.schema
  const personal = classOf(descriptor, resource) === 'personal'
  const faults = repeated(
    fields.map((field) => field.name),
    `${at}.schema.fields`,
  )
  if (personal && descriptor.kind === 'non-personal' && !isOfEstablishments(descriptor)) {
    faults.push({ path: `${at}.class`, message: 'a dataset that is not personal has no personal table' })
  }
  if (fields.filter((field) => field.role === 'unit').length > 1) {
    faults.push({ path: `${at}.schema.fields`, message: 'a table has at most one unit field' })
  }
  fields.forEach((field, index) => {
    const path = `${at}.schema.fields[${index}]`
    if (field.name.startsWith('__') || field.name.toLowerCase() === 'file_row_number') {
      faults.push({
        path: `${path}.name`,
        message: 'this name is reserved, as all that begin with two underscores',
      })
    }
    if (!personal && field.role !== undefined && identifying.has(field.role)) {
      faults.push({ path: `${path}.role`, message: 'a public table has no identifier of a person' })
    }
    if (field.bounds !== undefined && field.bounds[0] > field.bounds[1]) {
      faults.push({ path: `${path}.bounds`, message: 'the lower bound is above the upper bound' })
    }
    if (field.bounds !== undefined && field.type !== 'integer' && field.type !== 'number') {
      faults.push({ path: `${path}.bounds`, message: 'bounds are for integers and numbers' })
    }
  })
  return faults
}

function keyFaults(descriptor: Descriptor, resource: Resource, at: string): Missing[] {
  const own = new Set(resource.schema.fields.map((field) => field.name))
  const faults: Missing[] = []
  for (const field of resource.schema.primaryKey ?? []) {
    if (!own.has(field))
      faults.push({ path: `${at}.schema.primaryKey`, message: 'this field does not exist' })
  }
  hopsOf(resource).forEach((hop, index) => {
    const path = `${at}.schema.foreignKeys[${index}]`
    const target = resourceOf(descriptor, hop.to)
    const there = new Set(target?.schema.fields.map((field) => field.name))
    if (target === undefined) {
      faults.push({ path: `${path}.reference.resource`, message: 'this table does not exist' })
    } else if (hop.references.some((field) => !there.has(field))) {
      faults.push({ path: `${path}.reference.fields`, message: 'this field does not exist' })
    }
    if (hop.fields.some((field) => !own.has(field))) {
      faults.push({ path: `${path}.fields`, message: 'this field does not exist' })
    }
    if (hop.fields.length !== hop.references.length) {
      faults.push({ path, message: 'both sides of a foreign key have the same number of fields' })
    }
  })
  return faults
}
