/** Whether a row of a person may stand in several groups is said by the text and the catalogue. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BulleTable } from '../../services/dataset/bulle.ts'
import { prepare } from '../../services/query/prepare.ts'
import { bulle, type Clinic, openClinic, today } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

const overlaps = async (sql: string) => (await clinic.draft(sql)).leaves.at(-1)?.overlaps
const calendar = "range(DATE '2023-01-01', DATE '2023-02-01', INTERVAL 1 DAY) c(day)"
const inBed = 's.entry_date <= c.day AND s.exit_date >= c.day'

describe('a row stands in one group', () => {
  test.each([
    'SELECT ward, count(*) FROM stays GROUP BY ward',
    'SELECT p.sex, count(*) FROM stays s JOIN patients p ON p.patient_id = s.patient_id GROUP BY p.sex',
    'SELECT ward, count(*) FROM stays WHERE ward IN (SELECT label FROM ref_dep) GROUP BY ward',
    'SELECT p.dep, count(*) FROM patients p SEMI JOIN ref_dep r ON r.dep = p.dep GROUP BY p.dep',
    'SELECT count(*) FROM patients p JOIN ref_dep r ON r.dep = p.dep',
    'SELECT r.label, count(*) FROM patients p JOIN ref_dep r ON r.dep = p.dep GROUP BY r.label',
    'SELECT r.label, count(*) FROM patients p JOIN ref_dep r USING (dep) GROUP BY r.label',
    'SELECT d.label, count(p.patient_id) FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep GROUP BY d.label',
    'SELECT v.x, count(*) FROM patients p, (VALUES (1)) v(x) GROUP BY v.x',
    'SELECT t.n > 4, count(*) FROM stays s, (SELECT count(*) AS n FROM stays) t GROUP BY 1',
    'SELECT n, count(*) FROM (SELECT p.patient_id, count(*) AS n FROM patients p, (VALUES (0), (1)) v(x) WHERE v.x = 0 OR p.birth_year <> 1905 GROUP BY p.patient_id) GROUP BY n',
    'SELECT GROUPING(ward), ward, count(*) FROM stays GROUP BY ROLLUP (ward)',
  ])('%s', async (sql) => {
    expect(await overlaps(sql)).toBeUndefined()
  })
})

describe('a row may stand in several groups', () => {
  test.each([
    'SELECT v.x, count(*) FROM patients p JOIN (VALUES (0), (1)) v(x) ON v.x = 0 OR p.birth_year <> 1905 GROUP BY v.x',
    'SELECT v.x, count(*) FROM patients p RIGHT JOIN (VALUES (0), (1)) v(x) ON v.x = 0 OR p.birth_year <> 1905 GROUP BY v.x',
    'SELECT r.label, count(*) FROM patients p JOIN ref_dep r ON r.dep = upper(r.label) GROUP BY r.label',
    'SELECT r.label, count(*) FROM patients p JOIN ref_dep r ON r.population > p.birth_year GROUP BY r.label',
    'SELECT r.label, count(*) FROM patients p JOIN ref_dep r ON upper(r.dep) = p.dep GROUP BY r.label',
    'SELECT b.weight, count(*) FROM diagnoses d JOIN big_list b ON b.code = d.code GROUP BY b.weight',
    "SELECT l, count(*) FROM (SELECT patient_id, 'all' AS l FROM patients UNION ALL SELECT patient_id, 'rest' FROM patients) GROUP BY l",
    "SELECT l, count(*) FROM (SELECT patient_id, 'all' AS l FROM patients UNION SELECT patient_id, 'rest' FROM patients) GROUP BY l",
    'SELECT x, count(*) FROM (SELECT unnest([0, 1]) AS x FROM patients) GROUP BY x',
    'SELECT u.x, count(*) FROM patients p, unnest([0, 1]) u(x) GROUP BY u.x',
    'SELECT u.x, count(*) FROM patients p, LATERAL (VALUES (0), (p.birth_year)) u(x) GROUP BY u.x',
    'SELECT w.n, count(*) FROM stays s JOIN (SELECT ward, count(*) AS n FROM stays GROUP BY ward) w ON w.ward = s.ward GROUP BY w.n',
    'WITH t AS (SELECT p.patient_id, v.x FROM patients p, (VALUES (0), (1)) v(x)) SELECT x, count(*) FROM t GROUP BY x',
    'SELECT x, count(*) FROM (SELECT DISTINCT p.patient_id, v.x FROM patients p, (VALUES (0), (1)) v(x)) GROUP BY x',
    'SELECT x, count(*) FROM (SELECT p.patient_id, v.x FROM patients p, (VALUES (0), (1)) v(x) GROUP BY p.patient_id, v.x) GROUP BY x',
    'SELECT v.x, p.sex, count(*) FROM patients p, (VALUES (0), (1)) v(x) GROUP BY CUBE (v.x, p.sex)',
    'SELECT x, count(*) FROM (SELECT p.patient_id, v.x FROM patients p, (VALUES (0), (1)) v(x) EXCEPT SELECT patient_id, 3 FROM stays) GROUP BY x',
  ])('%s', async (sql) => {
    expect(await overlaps(sql)).toBe('rows')
  })
})

describe('days of a calendar', () => {
  test.each([
    `SELECT c.day, count(s.stay_id) FROM ${calendar} LEFT JOIN stays s ON ${inBed} GROUP BY c.day`,
    `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON c.day BETWEEN s.entry_date AND s.exit_date GROUP BY c.day`,
    `SELECT c.day, s.ward, count(DISTINCT s.patient_id) FROM ${calendar}, stays s WHERE ${inBed} GROUP BY c.day, s.ward`,
    `SELECT c.day, avg(s.cost) FROM ${calendar} JOIN stays s ON s.entry_date <= c.day AND coalesce(s.exit_date, DATE '2024-01-01') > c.day WHERE s.ward = 'uro' GROUP BY c.day`,
    `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} JOIN patients p ON p.patient_id = s.patient_id WHERE p.birth_year < 1960 GROUP BY c.day`,
  ])('%s', async (sql) => {
    expect(await overlaps(sql)).toBe('days')
  })

  test.each([
    [
      'one end only',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON s.entry_date <= c.day GROUP BY c.day`,
    ],
    [
      'one column for both ends',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON s.entry_date <= c.day AND s.entry_date >= c.day GROUP BY c.day`,
    ],
    [
      'two columns of the calendar',
      "SELECT c.a, count(*) FROM (VALUES (DATE '2023-01-01', DATE '2023-01-09'), (DATE '2023-01-02', DATE '2023-01-09')) c(a, b) JOIN stays s ON s.entry_date <= c.b AND s.exit_date >= c.a GROUP BY c.a",
    ],
    [
      'a computed end',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON s.entry_date <= c.day AND CASE WHEN s.cost > 5 THEN s.exit_date END >= c.day GROUP BY c.day`,
    ],
    [
      'a computed end of one column',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON s.entry_date <= c.day AND date_trunc('month', s.exit_date) >= c.day GROUP BY c.day`,
    ],
    [
      'days that are made of the row',
      'SELECT c.day, count(*) FROM stays s, LATERAL (VALUES (s.entry_date), (CASE WHEN s.cost > 5 THEN s.exit_date END)) c(day) WHERE s.entry_date <= c.day AND s.exit_date >= c.day GROUP BY c.day',
    ],
    [
      'a series that is made of the row, below another join',
      'SELECT c.day, count(*) FROM stays s CROSS JOIN LATERAL (SELECT unnest(range(s.entry_date, s.exit_date, INTERVAL 1 DAY)) AS day) c JOIN patients p ON p.patient_id = s.patient_id WHERE s.entry_date <= c.day AND s.exit_date >= c.day GROUP BY c.day',
    ],
    [
      'a day that names one of the row',
      `SELECT c.entry_date, count(*) FROM ${calendar.replace('day', 'entry_date')} JOIN stays s USING (entry_date) WHERE s.entry_date <= c.entry_date AND s.exit_date >= c.entry_date GROUP BY c.entry_date`,
    ],
    [
      'a third end',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} JOIN patients p ON p.patient_id = s.patient_id WHERE p.death_date >= c.day GROUP BY c.day`,
    ],
    [
      'a condition with a subquery',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} WHERE s.ward IN (SELECT label FROM ref_dep) GROUP BY c.day`,
    ],
    [
      'another condition on an end',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} WHERE s.entry_date <> DATE '2023-01-04' GROUP BY c.day`,
    ],
    [
      'a condition on two columns',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} WHERE s.ward = 'uro' OR s.cost > 5 GROUP BY c.day`,
    ],
    [
      'a condition on the day and a person',
      `SELECT c.day, count(*) FROM ${calendar} JOIN stays s ON ${inBed} AND (c.day > DATE '2023-01-04' OR s.cost > 5) GROUP BY c.day`,
    ],
    [
      'a measure with a condition',
      `SELECT c.day, count(*) FILTER (WHERE s.ward = 'uro') FROM ${calendar} JOIN stays s ON ${inBed} GROUP BY c.day`,
    ],
    [
      'an end as a label',
      `SELECT c.day, s.entry_date, count(*) FROM ${calendar} JOIN stays s ON ${inBed} GROUP BY c.day, s.entry_date`,
    ],
    [
      'rows that the text has chosen',
      `SELECT c.day, count(*) FROM ${calendar} JOIN (SELECT * FROM stays WHERE ward = 'uro' OR cost > 5) s ON ${inBed} GROUP BY c.day`,
    ],
    [
      'a calendar beside a list',
      `SELECT c.day, v.x, count(*) FROM ${calendar}, (VALUES (0), (1)) v(x), stays s WHERE ${inBed} AND (v.x = 0 OR s.cost > 5) GROUP BY c.day, v.x`,
    ],
  ])('are none with %s', async (_, sql) => {
    expect(await overlaps(sql)).toBe('rows')
  })
})

describe('what the catalogue says of tables', () => {
  const overlapsIn = async (sql: string, change: (table: BulleTable) => BulleTable) => {
    const tables = bulle.tables.map(change)
    const { leaves } = prepare(await clinic.tree(sql), { sql, bulle: { ...bulle, tables }, today })
    return leaves.at(-1)?.overlaps
  }

  test('a key of two columns names one row together', async () => {
    const twoColumns = (table: BulleTable) =>
      table.name === 'ref_dep' ? { ...table, primaryKey: ['dep', 'label'] } : table
    const joined = (on: string) =>
      `SELECT r.population, count(*) FROM patients p JOIN ref_dep r ON ${on} GROUP BY r.population`
    expect(await overlapsIn(joined('r.dep = p.dep'), twoColumns)).toBe('rows')
    expect(await overlapsIn(joined('r.dep = p.dep AND r.label = p.sex'), twoColumns)).toBeUndefined()
  })

  test('rows of a derived table were chosen by a text', async () => {
    const sql = `SELECT c.day, count(s.stay_id) FROM ${calendar} LEFT JOIN stays s ON ${inBed} GROUP BY c.day`
    const derived = (table: BulleTable) =>
      table.name === 'stays' ? { ...table, derived: { reads: [], k: 11 } } : table
    expect(await overlapsIn(sql, (table) => table)).toBe('days')
    expect(await overlapsIn(sql, derived)).toBe('rows')
  })
})
