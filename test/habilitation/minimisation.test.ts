/** The meter: it moves with each choice, says the cheapest way to ask for less, and never looks at data. */
import { describe, expect, test } from '@jest/globals'
import { minimisation } from '../../services/habilitation/minimisation.ts'
import { patched } from '../../services/habilitation/request.ts'
import { facts } from './catalogued.ts'

const period = { from: '2024-01-01', until: '2025-12-31' }
const population = { table: 'patients', filter: "department = '76'" }

function meter(tables: object, more: object = {}) {
  const body = { lines: [{ dataset: 'pmsi-demo', tables, ...more }] }
  return minimisation(patched({}, body), facts)
}

describe('the meter', () => {
  test('of nothing is A, with nothing to advise', () => {
    expect(minimisation({}, facts)).toMatchObject({
      grade: 'A',
      points: 0,
      columns: { asked: 0, existing: 0 },
      quasiIdentifiers: { columns: [], band: 'none' },
      advice: null,
    })
  })

  test('of everything is E, and says what of it to do without', () => {
    const all = { patients: { columns: '*' }, stays: { columns: '*' }, hospitals: { columns: '*' } }
    expect(meter(all)).toMatchObject({
      grade: 'E',
      columns: { asked: 12, existing: 12 },
      quasiIdentifiers: {
        band: 'very-high',
        columns: [{ column: 'birth' }, { column: 'commune' }, { column: 'job' }, { column: 'height' }],
      },
      scope: { lines: 1, limitedInTime: 0, limitedInPopulation: 0 },
      advice: { fr: expect.any(String), en: 'Limit each line in time.', grade: 'E' },
    })
  })

  test('counts a line as limited by its period, its filter or its population', () => {
    const few = { patients: { columns: ['patient_id', 'sex'] } }
    expect(meter(few).points).toBe(2)
    expect(meter(few, { period }).points).toBe(1)
    expect(meter(few, { period, population }).points).toBe(0)
    expect(meter({ patients: { columns: ['sex'], filter: 'sex IS NOT NULL' } }).points).toBe(1)
    expect(meter(few, { cohort: { origin: 'criteria', inclusion: 'Adults.' } }).points).toBe(1)
  })

  const bands = [
    [['sex'], 'none', 0],
    [['height'], 'low', 1],
    [['birth'], 'moderate', 2],
    [['birth', 'job'], 'high', 3],
    [['birth', 'commune'], 'very-high', 4],
  ] as const
  test.each(bands)('%j cut people into a band that is %s', (columns, band, points) => {
    const told = meter({ patients: { columns } }, { period, population })
    expect(told).toMatchObject({ quasiIdentifiers: { band }, points })
  })

  test('advises the change that gains most, and of equal ones the one that costs the study least', () => {
    const limited = { period, population }
    const quasi = meter({ patients: { columns: ['birth', 'commune'] } }, limited)
    expect(quasi).toMatchObject({
      grade: 'C',
      advice: { grade: 'B', en: expect.stringContaining('pmsi-demo.patients.commune') },
    })
    const stays = {
      patients: { columns: ['patient_id', 'sex', 'department'] },
      hospitals: { columns: ['town'] },
    }
    expect(meter(stays, limited).advice).toMatchObject({
      en: 'Leave out 1 column(s) that the study can do without.',
    })
    expect(meter({ patients: { columns: ['sex'] } }, limited).advice).toBeNull()
  })

  test('counts the days of access', () => {
    const accessPeriod = { from: '2026-01-01', until: '2026-01-31' }
    expect(minimisation(patched({}, { accessPeriod }), facts).scope.accessDays).toBe(31)
  })

  test('counts nothing of a dataset that is unknown', () => {
    const body = patched({}, { lines: [{ dataset: 'nowhere', tables: { t: { columns: '*' } } }] })
    expect(minimisation(body, facts)).toMatchObject({ points: 0, scope: { lines: 0 } })
  })
})
