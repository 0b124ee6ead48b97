import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readDataset, type ShownDeposit } from '../../services/dataset/deposit.ts'
import { show } from '../../services/dataset/finding.ts'
import { countBand, publicBand, shareBand, sizeBand } from '../../services/dataset/quality/bands.ts'
import { declare, deposit, havre, openRoom, type Room } from './room.ts'

const persons = 100
const two = (n: number) => String(n).padStart(2, '0')

interface Person {
  readonly id: number
  readonly sex: string
  readonly year: number
  readonly commune: string
  readonly entry: string
  readonly exit: string
  readonly weight: string
}

/** A hundred persons: sexes and years in four large classes, one municipality each in two departments. */
const sound = (id: number): Person => ({
  id,
  sex: ['1', '2'][id % 2] ?? '',
  year: 1960 + (id % 2),
  commune: `${id % 2 === 0 ? '76' : '01'}${two(id)}0`,
  entry: `2024-0${1 + (id % 2)}-1${id % 10}`,
  exit: `2024-03-1${id % 10}`,
  weight: '70',
})

const descriptor = {
  name: 'measured',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'stays',
      schema: {
        fields: [
          { name: 'id', type: 'integer', role: 'unit' },
          { name: 'sex', role: 'quasi-identifier', constraints: { enum: ['1', '2'] } },
          { name: 'year', type: 'integer', role: 'quasi-identifier' },
          { name: 'commune', quasiIdentifier: 'COMMUNE_RESIDENCE', role: 'sensitive' },
          { name: 'entry', type: 'date', quasiIdentifier: 'DATE_SOINS_EXACTE' },
          { name: 'exit', type: 'date' },
          { name: 'weight', type: 'number' },
        ],
      },
    },
  ],
}

function file(change: (one: Person) => Partial<Person> = () => ({})): Readonly<Record<string, string>> {
  const lines = Array.from({ length: persons }, (_, id) => {
    const one = { ...sound(id), ...change(sound(id)) }
    return [one.id, one.sex, one.year, one.commune, one.entry, one.exit, one.weight].join(';')
  })
  return { stays: `id;sex;year;commune;entry;exit;weight\n${lines.join('\n')}\n` }
}

let room: Room
let first: ShownDeposit
let second: ShownDeposit
let told: unknown
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, descriptor)
  first = await deposit(room.needs, 'measured', file())
  told = (await readDataset(room.needs, havre, 'measured')).quality
  second = await deposit(
    room.needs,
    'measured',
    file(({ id }) => ({
      ...(id < 3 ? { sex: '9', weight: '', entry: '2024-04-20' } : {}),
      ...(id >= 60 ? { weight: '' } : {}),
      ...(id === 99 ? { exit: '2027-01-01', id: 98, year: 1800 } : {}),
    })),
  )
})
afterAll(() => room.close())

const tableOf = (shown: ShownDeposit) => shown.quality?.tables[0]
const columnOf = (shown: ShownDeposit, column: string) =>
  tableOf(shown)?.columns.find(({ name }) => name === column)

describe('the label of a sound version', () => {
  test('says that all is complete, valid and in order, and has nothing to compare with', () => {
    expect(first.status).toBe('accepted')
    expect(first.quality).toMatchObject({ k: 11, completeness: 1, validity: 1, coherence: 1 })
    expect(tableOf(first)).toMatchObject({ rows: 100, uniqueness: 1 })
    expect(tableOf(first)?.order).toEqual([{ first: 'entry', second: 'exit', share: 1 }])
    expect(first.quality?.driftFrom).toBeUndefined()
    expect(columnOf(first, 'sex')?.drift).toBeUndefined()
  })

  test('tells the months, departments and persons that at least k persons stand behind', () => {
    expect(first.quality?.coverage).toEqual({
      from: '2024-01',
      until: '2024-03',
      departments: 2,
      persons: '100+',
    })
    // The deposit is of November 2026.
    expect(first.quality?.timeliness).toEqual({ monthsToDeposit: 32 })
  })

  test('keeps the declared tag, and proposes one for the other column of days', () => {
    expect(columnOf(first, 'commune')?.tag).toEqual({ code: 'COMMUNE_RESIDENCE', source: 'declared' })
    expect(columnOf(first, 'exit')?.tag).toEqual({ code: 'DATE_SOINS_EXACTE', source: 'proposed' })
    expect(columnOf(first, 'weight')?.tag).toBeUndefined()
    expect(first.findings).toMatchObject([
      { severity: 'warning', rule: 'quasi-identifier', table: 'stays', column: 'exit' },
    ])
    expect(first.findings[0]?.message).toContain('DATE_SOINS_EXACTE')
  })

  test('gives the part of the persons who are alone or few on the declared quasi-identifiers', () => {
    // The municipality and the day of entry make each person a class of its own.
    expect(tableOf(first)?.risk).toEqual({
      basis: 'declared',
      columns: ['sex', 'year', 'commune', 'entry'],
      belowK: '99-100',
    })
  })

  test('counts nobody in classes of many persons, and those of a small one among them', async () => {
    const resources = [
      {
        name: 'people',
        schema: {
          fields: [
            { name: 'id', type: 'integer', role: 'unit' },
            { name: 'sex', role: 'quasi-identifier' },
          ],
        },
      },
    ]
    await declare(room.needs, { ...descriptor, name: 'classes', resources })
    const people = (small: number) => {
      const lines = Array.from({ length: persons }, (_, id) => `${id};${id < small ? '9' : '1'}`)
      return { people: `id;sex\n${lines.join('\n')}\n` }
    }
    const belowK = async (small: number) =>
      tableOf(await deposit(room.needs, 'classes', people(small)))?.risk?.belowK
    expect(await belowK(0)).toBe('0-1')
    expect(await belowK(11)).toBe('0-1')
    expect(await belowK(10)).toBe('5-20')
  })
})

describe('the label of a faulty version', () => {
  test('counts what lacks, what is outside the nomenclature, and days out of order', () => {
    expect(second.status).toBe('accepted')
    expect(columnOf(second, 'weight')).toMatchObject({ completeness: 0.57, validity: null })
    expect(columnOf(second, 'sex')).toMatchObject({ completeness: 1, validity: 0.97 })
    expect(columnOf(second, 'exit')).toMatchObject({ validity: 0.99 })
    expect(tableOf(second)?.order).toEqual([{ first: 'entry', second: 'exit', share: 0.97 }])
    expect(second.findings.filter(({ rule }) => rule !== 'quasi-identifier')).toMatchObject([
      { severity: 'warning', rule: 'validity', column: 'sex', count: 3 },
      { severity: 'warning', rule: 'validity', column: 'exit', count: 1 },
      { severity: 'warning', rule: 'order', column: 'entry', count: 3 },
    ])
    expect(JSON.stringify(second)).not.toContain('2027-01')
  })

  test('tells months of fewer than k persons to nobody', () => {
    expect(second.quality?.coverage.until).toBe('2024-03')
  })

  test('says how far each column moved since the version before, in bands and without a code', () => {
    expect(second.quality?.driftFrom).toBe(1)
    expect(columnOf(second, 'sex')?.drift).toEqual({
      completeness: '0-1',
      distribution: '1-5',
      newCodes: '1-9',
      lostCodes: '0',
    })
    expect(columnOf(second, 'weight')?.drift).toEqual({ completeness: '20-50' })
    expect(columnOf(second, 'commune')?.drift).toMatchObject({ distribution: '0-1', newCodes: '0' })
  })

  test('counts repeated rows', async () => {
    const body = file().stays ?? ''
    const twice = await deposit(room.needs, 'measured', { stays: body + body.slice(body.indexOf('\n') + 1) })
    expect(tableOf(twice)).toMatchObject({ rows: 200, uniqueness: 0.5 })
  })
})

describe('what anybody may read of a label', () => {
  test('is in bands', () => {
    expect(told).toMatchObject({
      k: 11,
      completeness: '99-100',
      validity: '99-100',
      coherence: '99-100',
      coverage: { persons: '100+' },
    })
    expect(JSON.stringify(told)).not.toMatch(/"rows"|"share"|belowK|newCodes/)
  })

  test('does not move for the faults of fewer than k persons', async () => {
    const changed = file(({ id }) => (id < 10 ? { sex: '', exit: '2023-01-01', weight: '' } : {}))
    const shown = await deposit(room.needs, 'measured', changed)
    expect(columnOf(shown, 'sex')).toMatchObject({ completeness: 0.9 })
    expect((await readDataset(room.needs, havre, 'measured')).quality).toEqual(told)
    const more = file(({ id }) => (id < 11 ? { sex: '' } : {}))
    await deposit(room.needs, 'measured', more)
    const { quality } = await readDataset(room.needs, havre, 'measured')
    expect(quality?.columns.find(({ column }) => column === 'sex')?.completeness).toBe('80-95')
  })
})

describe('bands', () => {
  test('name no side of fewer than k persons', () => {
    expect(publicBand({ share: 0.9, holds: 90, fails: 10 }, 11)).toBe('99-100')
    expect(publicBand({ share: 0.1, holds: 10, fails: 90 }, 11)).toBe('0-1')
    expect(publicBand({ share: 0.9, holds: 90, fails: 11 }, 11)).toBe('80-95')
    expect(publicBand({ share: 0.5, holds: 10, fails: 10 }, 11)).toBeNull()
  })

  test('hold their lower edge', () => {
    expect([0, 0.01, 0.5, 0.9899, 0.99, 1].map(shareBand)).toEqual([
      '0-1',
      '1-5',
      '50-80',
      '95-99',
      '99-100',
      '99-100',
    ])
    expect([0, 1, 9, 10, 100].map(countBand)).toEqual(['0', '1-9', '1-9', '10-99', '100+'])
    expect([10, 11, 99, 100, 12_345].map((n) => sizeBand(n, 11))).toEqual([
      '<11',
      '11+',
      '11+',
      '100+',
      '10000+',
    ])
  })
})

test('each warning has its sentence in both languages', () => {
  for (const rule of ['quasi-identifier', 'validity', 'order'] as const) {
    const finding = {
      severity: 'warning',
      rule,
      table: 't',
      column: 'c',
      count: 1,
      with: { code: 'X', second: 'd' },
    } as const
    expect(show('fr', finding).message).not.toBe(show('en', finding).message)
    expect(show('fr', finding).message).toMatch(/^t, colonnes? c/)
  }
})
