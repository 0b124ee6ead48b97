import { describe, expect, test } from '@jest/globals'
import { verdictOf } from '../../services/dataset/finding.ts'
import { templateOf } from '../../services/dataset/templates/template.ts'
import { readAs } from './reading.ts'

const type = 'application/fhir+ndjson'
const lines = (...documents: readonly unknown[]) =>
  documents.map((one) => `${JSON.stringify(one)}\n`).join('')
const fhir = templateOf({ model: 'fhir', name: 'fhir', holder: 'chu-rouen', tables: [] })
const fieldsOf = (table: string) => fhir?.resources.find(({ name }) => name === table)?.schema.fields ?? []

const secrets = {
  name: [{ family: 'ZZNOM', given: ['ZZPRENOM'] }],
  telecom: [{ value: '0600000000' }],
  address: [{ postalCode: '76000', city: 'ZZVILLE' }],
  identifier: [{ value: 'ZZIPP' }],
  text: { div: 'ZZDIV' },
}
const patient = { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1960-02-01', ...secrets }

describe('FHIR resources become the rows of their table', () => {
  test('patients, without anything that names them', async () => {
    const body = lines(
      { ...patient, deceasedDateTime: '2024-01-02T03:04:05+01:00' },
      { ...patient, id: 'p2', birthDate: '1961-03', deceasedBoolean: false },
    )
    const { rows, findings } = await readAs(fieldsOf('patient'), { body, type })
    expect(rows).toEqual([
      ['1', 'p1', 'female', '1960-02-01', '1960', 'true', '2024-01-02 03:04:05'],
      ['2', 'p2', 'female', null, '1961', 'false', null],
    ])
    expect(findings).toEqual([
      expect.objectContaining({ severity: 'warning', rule: 'fhir.partial', column: 'birth_date', line: 2 }),
    ])
  })

  const common = {
    subject: { reference: 'Patient/p1' },
    encounter: { reference: 'https://a.fr/Encounter/e1' },
  }
  const concept = (code: string) => ({ coding: [{ system: 'urn:s', code }, { code: 'other' }] })
  test.each<[string, object, (string | null)[]]>([
    [
      'encounter',
      {
        resourceType: 'Encounter',
        id: 'e1',
        subject: { reference: 'Patient/p1/_history/2' },
        status: 'finished',
        class: { code: 'IMP' },
        type: [concept('T')],
        period: { start: '2024-01-02T08:00:00Z', end: '2024-01-05' },
        hospitalization: { admitSource: concept('A'), dischargeDisposition: concept('D') },
        serviceProvider: { reference: 'Organization/o1' },
      },
      ['e1', 'p1', 'finished', 'IMP', 'T', '2024-01-02 08:00:00', '2024-01-05 00:00:00', 'A', 'D', 'o1'],
    ],
    [
      'condition',
      {
        resourceType: 'Condition',
        id: 'c1',
        ...common,
        clinicalStatus: concept('active'),
        verificationStatus: concept('confirmed'),
        category: [concept('diagnosis')],
        code: concept('I50.0'),
        onsetPeriod: { start: '2024-01-02' },
        recordedDate: '2024-01-03T10:00:00.1234567+02:00',
        note: [{ text: 'ZZNOTE' }],
      },
      [
        'c1',
        'p1',
        'e1',
        'active',
        'confirmed',
        'diagnosis',
        'I50.0',
        'urn:s',
        '2024-01-02 00:00:00',
        null,
        '2024-01-03 10:00:00.123456',
      ],
    ],
    [
      'observation',
      {
        resourceType: 'Observation',
        id: 'o1',
        ...common,
        status: 'final',
        code: concept('718-7'),
        effectiveDateTime: '2024-01-02T08:30:00+01:00',
        valueQuantity: { value: 13.5, unit: 'g/dL', code: 'g/dL' },
        valueString: 'ZZTEXTE',
      },
      ['o1', 'p1', 'e1', 'final', null, '718-7', 'urn:s', '2024-01-02 08:30:00', '13.5', 'g/dL', null, null],
    ],
    [
      'procedure',
      {
        resourceType: 'Procedure',
        id: 'x1',
        ...common,
        status: 'completed',
        code: concept('DZQM006'),
        performedPeriod: { start: '2024-01-02T08:00', end: '2024-01-02T09:00' },
      },
      ['x1', 'p1', 'e1', 'completed', 'DZQM006', 'urn:s', '2024-01-02 08:00:00', '2024-01-02 09:00:00'],
    ],
    [
      'medication_request',
      {
        resourceType: 'MedicationRequest',
        id: 'm1',
        ...common,
        status: 'active',
        intent: 'order',
        medication: { concept: concept('C03CA01') },
        authoredOn: '2024-01-02',
      },
      ['m1', 'p1', 'e1', 'active', 'order', 'C03CA01', 'urn:s', '2024-01-02 00:00:00'],
    ],
  ])('%s', async (table, document, row) => {
    const body = lines({ ...document, ...secrets })
    expect(await readAs(fieldsOf(table), { body, type })).toEqual({ findings: [], rows: [['1', ...row]] })
  })

  test('under the general type too, when the descriptor has no such field', async () => {
    const read = await readAs([{ name: 'patient_id' }], {
      body: lines(patient),
      type: 'application/x-ndjson',
    })
    expect(read).toEqual({ findings: [], rows: [['1', 'p1']] })
  })

  test('a person or stay referred to by its uuid is that uuid; another kind of subject is nobody', async () => {
    const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'
    const body = lines(
      { resourceType: 'Condition', id: 'c', subject: { reference: `urn:uuid:${uuid}` } },
      { resourceType: 'Condition', id: 'd', subject: { reference: 'Group/g' } },
    )
    const { rows } = await readAs([{ name: 'condition_id' }, { name: 'patient_id' }], { body, type })
    expect(rows).toEqual([
      ['1', 'c', uuid],
      ['2', 'd', null],
    ])
  })
})

describe('FHIR is refused', () => {
  const fields = [{ name: 'patient_id' }, { name: 'birth_date', type: 'date' }]
  test.each<[string, string, object]>([
    ['with a broken line', `${lines(patient)}{"resourceType":\n`, { rule: 'json', line: 2, count: 1 }],
    [
      'of two types',
      lines(patient, { resourceType: 'Encounter', id: 'e' }),
      { rule: 'fhir.type', line: 2, count: 1 },
    ],
    ['of a type that has no table', lines({ resourceType: 'Coverage', id: 'c' }), { rule: 'fhir.unknown' }],
    [
      'of a type that is a word of the language',
      lines({ resourceType: 'toString' }),
      { rule: 'fhir.unknown' },
    ],
    ['without a type', lines({ id: 'c' }), { rule: 'fhir.unknown' }],
    ['without a line', '', { rule: 'fhir.unknown' }],
    [
      'with a date that does not exist',
      lines({ ...patient, birthDate: '1960-02-31' }),
      { rule: 'type', column: 'birth_date', line: 1 },
    ],
  ])('%s', async (_, body, expected) => {
    const { findings } = await readAs(fields, { body, type })
    expect(findings).toContainEqual(expect.objectContaining(expected))
    expect(verdictOf(findings)).toBe('refused')
  })

  test('where the descriptor asks for a column that no view has', async () => {
    const { findings } = await readAs([{ name: 'patient_id' }, { name: 'family' }], {
      body: lines(patient),
      type,
    })
    expect(findings).toMatchObject([{ rule: 'column.absent', column: 'family' }])
  })
})
