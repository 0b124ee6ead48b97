/** What a refusal of a name says to write instead: from the text, the register and the grants, and from nothing else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { functionClass } from '../../services/engine/capabilities.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { explain } from '../../services/kernel/text.ts'
import { synonymOf, synonyms } from '../../services/query/synonyms.ts'
import { nearest } from '../../services/query/typing/nearest.ts'
import { type Clinic, openClinic } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

async function hintOf(sql: string): Promise<string> {
  const refused = await clinic.draft(sql).catch((error: unknown) => error)
  if (refused instanceof Refusal) return explain('en', refused).hint
  throw new Error(`not refused: ${sql}`)
}

describe('the nearest names', () => {
  test.each([
    ['substrng', ['substring']],
    ['cuont', ['count']],
    ['lowr', ['lower', 'lowre']],
    ['STDDEV_SAM', ['stddev_samp']],
    ['x', []],
    ['stdd', ['stddev_pop', 'stddev_samp']],
    ['st', []],
    ['completely_other', []],
    ['', []],
  ])('of %s', (name, expected) => {
    const names = ['substring', 'count', 'lower', 'lowre', 'stddev_samp', 'stddev_pop', 'upper']
    expect(nearest(name, names)).toEqual(expected)
  })

  test('are three at most, and none for a name that is no name', () => {
    expect(nearest('ab', ['aa', 'ac', 'ad', 'ae'])).toEqual(['aa', 'ac', 'ad'])
    expect(nearest('a'.repeat(65), ['a'.repeat(65)])).toEqual([])
  })
})

describe('a function that is not allowed', () => {
  test.each([
    ['substrng(sex, 1, 1)', 'substring'],
    ['nvl(sex, 1)', 'coalesce(x, y)'],
    ['NVL(sex, 1)', 'coalesce(x, y)'],
    ['to_char(death_date, 1)', 'strftime('],
    ['getdate()', 'current_date'],
    ['isnull(sex, 1)', 'coalesce(x, y)'],
    ['percentile_cont(sex)', 'quantile_cont(x, 0.5)'],
    ['approx_count_distinct(dep)', 'count(DISTINCT x)'],
    ['age(death_date)', "date_sub('year', a, b)"],
    ['row_nmber() OVER (PARTITION BY patient_id)', 'row_number'],
  ])('is told what to write: %s', async (call, form) => {
    expect(await hintOf(`SELECT ${call} AS x FROM patients GROUP BY sex`)).toContain(form)
  })

  test('of rows is told which exist', async () => {
    expect(await hintOf('SELECT count(*) FROM generate_serie(1, 3)')).toContain('generate_series')
  })

  test('and exists with OVER only is told so', async () => {
    const hint = await hintOf('SELECT patient_id, row_number() FROM stays GROUP BY patient_id')
    expect(hint).toContain('row_number(…) OVER (…)')
  })

  test('gets one and the same answer whether it is absent or forbidden', async () => {
    const hints = (names: readonly string[]) =>
      Promise.all(names.map((name) => hintOf(`SELECT ${name}(sex), count(*) FROM patients GROUP BY 1`)))
    expect(new Set(await hints(['md5', 'md6hash', 'rand', 'random'])).size).toBe(2)
    expect(new Set(await hints(['md5', 'crc32', 'rand', 'random'])).size).toBe(1)
    expect(new Set(await hints(['current_connection_id', 'no_such_thing_at_all'])).size).toBe(1)
  })

  test('is never told a forbidden one', async () => {
    for (const name of ['md4', 'sha257', 'random_', 'getvariabl', 'write_lo', 'current_databas', 'vesion'])
      expect(await hintOf(`SELECT ${name}(sex), count(*) FROM patients GROUP BY 1`)).not.toMatch(
        /\b(md5|sha256|random|getvariable|write_log|current_database|version)\b/,
      )
  })

  test('has a synonym made of allowed functions only', () => {
    const calls = synonyms.flatMap((name) => [...(synonymOf(name) ?? '').matchAll(/\b([a-z_]\w*)\(/g)])
    expect(calls.length).toBeGreaterThan(50)
    for (const [, name = ''] of calls) {
      const isAllowed =
        name === 'coalesce' ||
        (['scalar', 'aggregate', 'table'] as const).some((kind) => functionClass(name, kind) !== 'deny')
      expect([name, isAllowed]).toEqual([name, true])
    }
  })

  test('has a synonym only when it is not allowed itself', () => {
    const allowed = synonyms.filter((name) =>
      (['scalar', 'aggregate'] as const).some((kind) => functionClass(name, kind) !== 'deny'),
    )
    expect(allowed).toEqual([])
  })
})

describe('a name of the catalogue that is not there', () => {
  test('is told the near ones, of what is granted', async () => {
    expect(await hintOf('SELECT count(*) FROM pateints')).toMatch(
      /^Perhaps patients\. The tables of the project: /,
    )
    expect(await hintOf('SELECT wrad, count(*) FROM stays GROUP BY 1')).toMatch(/^Perhaps ward\. /)
  })

  test('is told that text stands between single quotes, when double ones were written', async () => {
    expect(await hintOf('SELECT count(*) FROM stays WHERE ward = "CARDIO"')).toMatch(
      /^Text is written between/,
    )
    expect(await hintOf('SELECT "wrad", count(*) FROM stays GROUP BY 1')).toMatch(/^Perhaps ward\. /)
    expect(await hintOf('SELECT count(*) FROM stays WHERE ward = CARDIO')).toMatch(/^The columns available/)
  })

  test('and is a unit of time is told to quote it', async () => {
    const hint = await hintOf('SELECT avg(datediff(day, entry_date, exit_date)) FROM stays')
    expect(hint).toContain("date_diff('day', a, b)")
  })

  test('is told the granted tables that have it', async () => {
    expect(await hintOf('SELECT sex, count(*) FROM stays GROUP BY 1')).toContain('is in: patients.')
  })

  test('is never told a hidden one', async () => {
    for (const name of ['__hidden', '_hidden', '__hidde', '__pix', '_pix', 'pix'])
      expect(await hintOf(`SELECT count(*) FROM patients WHERE ${name} IS NULL`)).not.toContain('__')
  })
})
