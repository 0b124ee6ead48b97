import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { template } from '../../services/cli/template.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { fhirViews } from '../../services/dataset/fhir.ts'
import { verdictOf } from '../../services/dataset/finding.ts'
import { faultsOf, pathToUnit, withInheritedRoles } from '../../services/dataset/relations.ts'
import { type TemplateAsked, templateNames, templateOf } from '../../services/dataset/templates/template.ts'
import { readAs } from './reading.ts'

const asked = (model: string, ...tables: string[]): TemplateAsked => ({
  model,
  name: 'models',
  holder: 'chu-rouen',
  tables,
})
const descriptorOf = (model: string) => descriptorSchema.parse(templateOf(asked(model)))

describe('a template', () => {
  test.each(templateNames)(
    'of %s is a sound descriptor whose personal tables all lead to a person',
    (model) => {
      const descriptor = descriptorOf(model)
      expect(faultsOf(descriptor)).toEqual([])
      expect(withInheritedRoles(descriptor)).toEqual(descriptor)
      for (const resource of descriptor.resources) {
        if (resource.class === 'public') continue
        expect(pathToUnit(descriptor, resource.name)?.hops).toEqual([])
      }
    },
  )

  test('of OMOP holds no number of the hospital, no implant, and the clinical tables', () => {
    const columns = descriptorOf('omop').resources.flatMap(({ schema }) =>
      schema.fields.map(({ name }) => name),
    )
    for (const left of ['person_source_value', 'unique_device_id', 'production_id', 'note_text'])
      expect(columns).not.toContain(left)
    expect(descriptorOf('omop').resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'person',
        'observation_period',
        'visit_occurrence',
        'condition_occurrence',
        'drug_exposure',
        'procedure_occurrence',
        'measurement',
        'observation',
        'death',
      ]),
    )
  })

  test('of some tables has no foreign key to the others', () => {
    const some = templateOf(asked('omop', 'person', 'death', 'measurement'))
    const links = some?.resources.map(({ name, schema }) => [name, schema.foreignKeys])
    const person = { fields: ['person_id'], reference: { resource: 'person', fields: ['person_id'] } }
    expect(links).toEqual([
      ['person', []],
      ['measurement', [person]],
      ['death', [person]],
    ])
  })

  test('of some tables takes a row that is in none of the others', async () => {
    const some = descriptorSchema.parse(templateOf(asked('omop', 'person', 'death', 'measurement')))
    const fields = some.resources.find(({ name }) => name === 'measurement')?.schema.fields ?? []
    const row = ['1', '7', '3004249', '2024-02-29', '', '', '32817']
    const body = `${fields.map(({ name }) => name).join('\t')}\n${fields.map((_, at) => row[at] ?? '').join('\t')}\n`
    expect((await readAs(fields, { body })).findings).toEqual([])
    const roleOf = (column: string) => fields.find(({ name }) => name === column)?.role
    expect(['measurement_id', 'person_id', 'visit_detail_id'].map(roleOf)).toEqual(['key', 'unit', undefined])
  })

  test.each([
    ['x', []],
    ['toString', []],
    ['omop', ['x']],
  ])('%s of %j is unknown, and the command line says which there are', (model, tables) => {
    expect(() => template(asked(model, ...tables), { stdout: process.stdout })).toThrow(/fhir, omop/)
  })

  test('is written as a descriptor that a deposit takes', async () => {
    const lines: string[] = []
    const stdout = { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WriteStream
    template(asked('omop', 'death'), { stdout })
    expect(descriptorSchema.parse(JSON.parse(lines.join(''))).resources.map(({ name }) => name)).toEqual([
      'death',
    ])
    expect(() => template({ ...asked('omop'), name: 'No Name' }, { stdout })).toThrow(/name/)
  })
})

test('OMOP tables are read as other programs write them: days compact or ISO, names in capitals', async () => {
  const fields = descriptorOf('omop').resources.find(({ name }) => name === 'death')?.schema.fields ?? []
  const header = fields.map(({ name }) => name.toUpperCase()).join('\t')
  const body = `${header}\n1\t20240229\t\t32817\t\t\t\n2\t20240301\t\t\t\tI50\t0\n`
  const { rows, findings } = await readAs(fields, { body })
  expect(findings).toEqual([])
  expect(rows[0]).toEqual(['2', '1', '2024-02-29', null, '32817', null, null, null])
  const missing = await readAs(fields, { body: `${header}\n1\t\t\t\t\t\t\n` })
  expect(missing.findings).toMatchObject([{ rule: 'required', column: 'death_date', line: 2 }])
  expect(verdictOf(missing.findings)).toBe('refused')
})

test.each(['docs/formats.md', 'docs/formats.fr.md'])('%s names every FHIR column', async (page) => {
  const text = await readFile(page, 'utf8')
  for (const [type, columns] of Object.entries(fhirViews)) {
    const row = text.split('\n').find((line) => line.startsWith(`| ${type} |`)) ?? ''
    for (const { name } of columns) expect(row).toContain(`\`${name}\``)
  }
})
