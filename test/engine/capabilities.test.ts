import { describe, expect, test } from '@jest/globals'
import { describeEngine } from '../../infra/capabilities.ts'
import {
  boundFunctionAllowed,
  type Capability,
  capabilities,
  engineVersion,
  functionClass,
  isAggregate,
  isFallible,
  lengthArgument,
} from '../../services/engine/capabilities.ts'
import { freeSql } from './fixture.ts'

const live = await describeEngine()

/** What the golden file does not say of the engine, and what it says too much. */
function drift(golden: readonly Capability[], engine: readonly Capability[]): readonly string[] {
  const line = ({ name, kind, signatures, stability }: Capability) =>
    `${kind} ${name} ${signatures} ${stability}`
  const known = new Set(golden.map(line))
  const found = new Set(engine.map(line))
  return [...found].filter((one) => !known.has(one)).concat([...known].filter((one) => !found.has(one)))
}

describe('the golden file of capabilities', () => {
  test('names every function of the engine of this machine, with its signatures', () => {
    expect(engineVersion()).toBe(live.engine)
    expect(drift(capabilities, live.functions)).toEqual([])
    expect(capabilities.length).toBeGreaterThan(900)
  })

  test('is found wanting when a name is taken out of it, or a signature changes', () => {
    expect(drift(capabilities.slice(1), live.functions)).toHaveLength(1)
    const [first, ...rest] = live.functions
    expect(drift(capabilities, first ? [{ ...first, signatures: 'other' }, ...rest] : [])).toHaveLength(2)
  })

  test('has a class for every name, and a reason for every refusal', () => {
    expect(capabilities.filter((entry) => entry.class === null)).toEqual([])
    expect(capabilities.filter((entry) => entry.class === 'deny' && entry.why === undefined)).toEqual([])
  })
})

describe('a function', () => {
  test('without a class is denied', () => {
    expect(functionClass('no_such_function', 'scalar')).toBe('deny')
    expect(functionClass('constructor', 'scalar')).toBe('deny')
    expect(boundFunctionAllowed('__proto__', 'scalar')).toBe(false)
    expect(isFallible('no_such_function')).toBe(true)
  })

  test('that is no pure per-row one is denied', () => {
    const denied = `hash md5 sha1 sha256 random uuid gen_random_uuid now today current_date error stats sleep_ms getvariable
      current_setting current_query write_log json_serialize_sql json_deserialize_sql list_aggregate nextval printf format
      version create_sort_key txid_current pg_sleep current_user geomean md5_number_lower age getenv query query_table`
    for (const name of denied.split(/\s+/))
      expect([name, functionClass(name, 'scalar')]).toEqual([name, 'deny'])
  })

  test('that makes a table is denied, but for series and unnest', () => {
    const allowed = capabilities.filter(
      ({ name, kind }) => kind.startsWith('table') && functionClass(name, 'table') !== 'deny',
    )
    expect(allowed.map(({ name }) => name).sort()).toEqual(['generate_series', 'range', 'unnest'])
  })

  test('of a pragma is denied, whatever the kind asked for', () => {
    const pragmas = capabilities.filter(({ kind }) => kind === 'pragma')
    expect(pragmas).toHaveLength(45)
    for (const { name } of pragmas) {
      for (const kind of ['scalar', 'aggregate', 'window', 'table'] as const) {
        // `version` and `show` are pragmas by name only where nothing else has it.
        expect([name, functionClass(name, kind)]).toEqual([name, 'deny'])
      }
    }
  })

  test('that aggregates across persons is counting, sum or mean', () => {
    const across = capabilities.filter(({ name }) => functionClass(name, 'aggregate') === 'allow')
    const names = [...new Set(across.map(({ name }) => name))].sort()
    expect(names).toEqual(['avg', 'count', 'count_if', 'count_star', 'countif', 'mean', 'sum'])
  })

  test('that is a window stays inside a person', () => {
    for (const name of [
      'row_number',
      'rank',
      'lag',
      'first_value',
      'nth_value',
      'sum',
      'count_star',
      'string_agg',
    ]) {
      expect([name, functionClass(name, 'window')]).toEqual([name, 'patient-only'])
      expect(isAggregate(name)).toBe(true)
    }
    expect(functionClass('row_number', 'aggregate')).toBe('deny')
    expect(functionClass('approx_count_distinct', 'window')).toBe('deny')
    expect(isAggregate('lower')).toBe(false)
  })

  test('keeps its class in any case of letters', () => {
    expect(functionClass('LOWER', 'scalar')).toBe('allow')
    expect(functionClass('MD5', 'scalar')).toBe('deny')
    expect(functionClass('~~', 'scalar')).toBe('allow')
    expect(functionClass('formatreadablesize', 'scalar')).toBe('allow')
  })

  test('whose answer has the length of an argument says which', () => {
    expect(['repeat', 'lpad', 'rpad', 'list_resize', 'lower'].map(lengthArgument)).toEqual([
      1,
      1,
      1,
      1,
      undefined,
    ])
  })

  test('that is said never to raise does not raise on odd values', async () => {
    for (const text of [
      "lower('İ')",
      "replace('', '', 'x')",
      "strip_accents('é😀')",
      "starts_with('', '')",
      "monthname(DATE '290309-12-22 (BC)')",
      "yearweek(DATE '5881580-07-10')",
      "isodow('infinity'::DATE)",
      'greatest(NULL, 1)',
      "sign('-inf'::DOUBLE)",
      "try_strptime('x', '%Y')",
      "json_valid('{')",
    ]) {
      await expect(freeSql(`SELECT ${text}`)).resolves.toHaveLength(1)
    }
  })
})

describe('a bound plan', () => {
  /** Names of functions in a bound plan, with their kinds. */
  async function boundNames(select: string): Promise<readonly string[]> {
    const [[plan] = []] = await freeSql(
      `CREATE TABLE t (a INTEGER, b VARCHAR, d DATE, l INTEGER[]); SELECT json_serialize_plan('${select.replaceAll("'", "''")}', optimize := false)`,
    )
    const names = String(plan).matchAll(
      /"expression_class":"BOUND_(FUNCTION|AGGREGATE|WINDOW)".*?"name":"([^"]+)","arguments"/gs,
    )
    return [...names].map(([, , name = '']) => name)
  }

  test.each([
    "SELECT a + 1, b || b, b LIKE 'x%' ESCAPE '!', d + INTERVAL 3 MONTH, extract(year FROM d), a BETWEEN 1 AND 3 FROM t",
    "SELECT list_sum(l), list_sort(l), l[1], nullif(a, 1), split_part(b, 'x', 1) FROM t",
    'SELECT list_transform(l, x -> x + 1), struct_pack(x := a).x, CASE a WHEN 1 THEN 2 END, coalesce(a, 1) FROM t',
    'SELECT (SELECT max(a) FROM t u WHERE u.b = t.b), a IN (SELECT a FROM t), EXISTS (SELECT 1 FROM t u WHERE u.a = t.a) FROM t',
    "SELECT count(*), count(DISTINCT a), sum(a) FILTER (WHERE b ~ 'x'), avg(a), mean(a), count_if(a > 1) FROM t GROUP BY b",
    'SELECT DISTINCT ON (b) row_number() OVER (PARTITION BY b ORDER BY d), sum(a) OVER (ORDER BY d) FROM t',
    "SELECT unnest(l), date_trunc('month', d), date_diff('day', d, d), d::TIMESTAMP AT TIME ZONE 'UTC' FROM t",
    "SELECT string_agg(b, ',' ORDER BY d), list(a), arg_max(a, d), median(a), histogram(a) FROM t GROUP BY b",
  ])('of an allowed statement holds allowed names only: %#', async (select) => {
    const names = await boundNames(select)
    expect(names.length).toBeGreaterThan(0)
    const refused = names.filter(
      (name) => !(boundFunctionAllowed(name, 'scalar') || boundFunctionAllowed(name, 'aggregate')),
    )
    expect(refused).toEqual([])
  })

  test('of a statement with a denied function holds a denied name', async () => {
    const [name = ''] = await boundNames('SELECT md5(b) FROM t')
    expect([name, boundFunctionAllowed(name, 'scalar')]).toEqual(['md5', false])
  })

  test('of a scalar subquery that could have two rows holds error(), which stays denied', async () => {
    expect(await boundNames('SELECT (SELECT a FROM t) FROM t')).toContain('error')
    expect(boundFunctionAllowed('error', 'scalar')).toBe(false)
  })

  test('may scan a granted table and read no file', () => {
    expect(boundFunctionAllowed('seq_scan', 'table')).toBe(true)
    expect(boundFunctionAllowed('read_csv', 'table')).toBe(false)
    expect(boundFunctionAllowed('first', 'aggregate')).toBe(true)
  })
})
