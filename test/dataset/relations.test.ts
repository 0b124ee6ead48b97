import { describe, expect, test } from '@jest/globals'
import { type Descriptor, descriptorSchema } from '../../services/dataset/descriptor.ts'
import {
  classOf,
  faultsOf,
  keySpace,
  pathToUnit,
  withInheritedRoles,
} from '../../services/dataset/relations.ts'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'

const demo = descriptorSchema.parse(pmsiDemo)

function changed(change: (descriptor: Descriptor) => void): string[] {
  const copy = structuredClone(demo)
  change(copy)
  return faultsOf(copy).map((fault) => fault.path)
}

function schemaOf(descriptor: Descriptor, table: number) {
  const resource = descriptor.resources[table]
  if (resource === undefined) throw new Error('no such table')
  return resource.schema
}

describe('a descriptor', () => {
  test('that is sound has no fault', () => {
    expect(faultsOf(demo)).toEqual([])
  })

  test('with a personal table that leads to nobody is faulty', () => {
    const paths = changed((descriptor) => {
      const schema = schemaOf(descriptor, 2)
      schema.fields = schema.fields.filter((field) => field.name !== 'patient_id')
      schema.foreignKeys = []
    })
    expect(paths).toEqual(['resources[2].schema.fields'])
  })

  test('whose personal table reaches a person through a foreign key is sound', () => {
    const copy = structuredClone(demo)
    const schema = schemaOf(copy, 2)
    schema.fields = schema.fields.filter((field) => field.name !== 'patient_id')
    expect(faultsOf(copy)).toEqual([])
    expect(pathToUnit(copy, 'diagnoses')).toEqual({
      hops: [{ from: 'diagnoses', fields: ['stay_id'], to: 'stays', references: ['stay_id'] }],
      unit: 'patient_id',
    })
  })

  const wrong: readonly [string, (descriptor: Descriptor) => void, string][] = [
    [
      'two names that differ by case',
      (d) => schemaOf(d, 0).fields.splice(1, 1, { name: 'Patient_ID', type: 'string' }),
      'resources[0].schema.fields[1].name',
    ],
    ['establishments in a personal dataset', (d) => Object.assign(d, { entity: 'establishment' }), 'entity'],
    ['fewer than eleven persons per cell', (d) => Object.assign(d, { threshold: 10 }), 'threshold'],
    [
      'a primary key that does not exist',
      (d) => schemaOf(d, 0).primaryKey?.splice(0, 1, 'nobody'),
      'resources[0].schema.primaryKey',
    ],
    [
      'two units in a table',
      (d) => schemaOf(d, 0).fields.push({ name: 'other', type: 'string', role: 'unit' }),
      'resources[0].schema.fields',
    ],
    [
      'a reserved name',
      (d) => schemaOf(d, 0).fields.push({ name: '__pix', type: 'integer' }),
      'resources[0].schema.fields[6].name',
    ],
    [
      'an identifier in a public table',
      (d) => schemaOf(d, 3).fields.push({ name: 'u', type: 'string', role: 'unit' }),
      'resources[3].schema.fields[3].role',
    ],
    [
      'bounds the wrong way round',
      (d) => schemaOf(d, 0).fields.push({ name: 'b', type: 'number', bounds: [2, 1] }),
      'resources[0].schema.fields[6].bounds',
    ],
    [
      'a foreign key to a table that does not exist',
      (d) =>
        schemaOf(d, 2).foreignKeys?.splice(0, 1, {
          fields: ['stay_id'],
          reference: { resource: 'nowhere', fields: ['x'] },
        }),
      'resources[2].schema.foreignKeys[0].reference.resource',
    ],
  ]
  test.each(wrong)('with %s is faulty there', (_, change, path) => {
    expect(changed(change)).toEqual([path])
  })

  test('of establishments protects its tables, from three of them', () => {
    const fields = [{ name: 'finess', role: 'unit' }]
    const beds = descriptorSchema.parse({
      name: 'beds',
      kind: 'non-personal',
      holder: 'h',
      threshold: 3,
      entity: 'establishment',
      resources: [{ name: 'beds', schema: { fields } }],
    })
    expect(faultsOf(beds)).toEqual([])
    expect(beds.resources.map((resource) => classOf(beds, resource))).toEqual(['personal'])
    const { entity: _, ...open } = beds
    expect(faultsOf({ ...open, threshold: 11 }).map(({ path }) => path)).toEqual([
      'resources[0].schema.fields[0].role',
    ])
    expect(faultsOf({ ...beds, entity: 'person' }).map(({ path }) => path)).toContain('entity')
  })

  test('gives a role to copies of identifiers that have none', () => {
    const copy = structuredClone(demo)
    const schema = schemaOf(copy, 2)
    schema.fields = [
      { name: 'stay_id', type: 'integer' },
      { name: 'mother', type: 'string' },
      { name: 'code', type: 'string' },
    ]
    const mother = { fields: ['mother'], reference: { resource: 'patients', fields: ['patient_id'] } }
    schema.foreignKeys?.push(mother)
    schemaOf(copy, 1).foreignKeys?.push({ ...mother, fields: ['ward'] })
    const roles = withInheritedRoles(copy).resources.map((one) =>
      one.schema.fields.map((field) => field.role),
    )
    expect(roles[2]).toEqual(['key', 'unit', undefined])
    expect(roles[1]?.[6]).toBe('unit-reference')
  })

  test('gives keys that lead to each other one space, and others another', () => {
    const copy = structuredClone(demo)
    const schema = schemaOf(copy, 2)
    schema.fields.push({ name: 'sejour', type: 'integer', role: 'key' })
    schema.fields.push({ name: 'acte', type: 'integer', role: 'key' })
    schema.foreignKeys = [{ fields: ['sejour'], reference: { resource: 'stays', fields: ['stay_id'] } }]
    expect(keySpace(copy, 'diagnoses', 'sejour')).toBe('stay_id')
    expect(keySpace(copy, 'stays', 'stay_id')).toBe('stay_id')
    expect(keySpace(copy, 'diagnoses', 'acte')).toBe('acte')
  })
})
