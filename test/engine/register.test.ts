/** The register of settings, statements and windows: what the pinned engine has, each with a class, is what the file says. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { describeEngine, strangers } from '../../infra/capabilities.ts'
import {
  type Capability,
  capabilities,
  engineSettings,
  engineStatements,
  functionClass,
} from '../../services/engine/capabilities.ts'
import { openBuilder } from '../../services/engine/duckdb.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { aggregatesAcrossPersons } from '../../services/query/leaf/measure.ts'
import { readHeader } from '../../services/query/statement/header.ts'
import { statementSamples } from '../adversary/engine-names.ts'
import { type Folder, freeSql, MIB, temporaryFolder, writeParquet } from './fixture.ts'

const live = await describeEngine()
let parser: Parser
let folder: Folder

beforeAll(async () => {
  parser = await openParser({ processes: 1 })
  folder = await temporaryFolder()
})
afterAll(async () => {
  await parser.close()
  await folder.remove()
})

const withoutClass = (entries: readonly { readonly name: string; readonly class: unknown }[]) =>
  entries.filter((entry) => entry.class === null).map(({ name }) => name)

describe('the register', () => {
  test('has the settings of the engine, with their types, and the values that change what a statement means', () => {
    expect(engineSettings).toEqual(live.settings)
    expect(engineSettings.length).toBeGreaterThan(150)
  })

  test('has the kinds of statement of the engine', () => {
    expect(engineStatements).toEqual(live.statements)
    expect(engineStatements.length).toBeGreaterThan(30)
  })

  test('has a class for each, a reason for each, and none that the engine lacks', () => {
    expect(withoutClass([...engineSettings, ...engineStatements])).toEqual([])
    expect([...engineSettings, ...engineStatements].filter(({ why }) => why === undefined)).toEqual([])
    expect(strangers(live)).toEqual([])
    expect(strangers({ ...live, settings: live.settings.slice(1) })).toHaveLength(1)
  })

  test('is found wanting when a function has another class than the one given by hand', () => {
    const classOf = ({ name, kind, class: given }: Capability) => `${kind} ${name} ${given}`
    expect(capabilities.map(classOf)).toEqual(live.functions.map(classOf))
  })
})

describe('a setting', () => {
  const ask = "SELECT name, coalesce(value, '') FROM duckdb_settings() ORDER BY name"

  test('that our engines have otherwise than a fresh one is of the class fixed', async () => {
    const file = join(folder.path, 'a.parquet')
    await writeParquet(file, 'SELECT 1 AS a')
    const mounts = [{ schema: 's', name: 'a', file }]
    const database = await openBuilder(mounts, folder.path, { threads: 1, memoryBytes: 128 * MIB })
    try {
      const ours = (await (await database.connect()).runAndReadAll(ask)).getRowsJson()
      const fresh = new Map((await freeSql(ask)).map(([name, value]) => [name, value]))
      const changed = ours.filter(([name, value]) => fresh.get(name) !== value).map(([name]) => String(name))
      const fixed = engineSettings.filter((one) => one.class === 'fixed').map(({ name }) => name)
      expect(changed.filter((name) => !fixed.includes(name))).toEqual([])
      expect(changed.length).toBeGreaterThan(10)
      const values = new Map(ours.map(([name, value]) => [name, value]))
      for (const { name, value } of engineSettings.filter((one) => one.class === 'meaning'))
        expect([name, values.get(name)]).toEqual([name, value])
    } finally {
      database.close()
    }
  })
})

describe('a statement', () => {
  // What is of the kind SELECT is parsed as one, and refused further on: test/adversary/names.test.ts.
  const { SELECT: _, ...samples } = statementSamples

  test.each(Object.entries(samples).flatMap(([kind, texts]) => texts.map((text) => ({ kind, text }))))(
    'of kind $kind is not one that is read: $text',
    async ({ kind, text }) => {
      expect(engineStatements.find(({ name }) => name === kind)?.class).toMatch(/^(deny|own)$/)
      const read = async () => readHeader(text) ?? (await parser.tree(text))
      const refused: unknown = await read().catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: expect.stringMatching(/^(STATEMENT_NOT_ALLOWED|SYNTAX)$/) })
    },
  )

  test('that is allowed is SELECT, and the two that we read ourselves are CREATE and DROP', () => {
    const of = (given: string) =>
      engineStatements.filter((one) => one.class === given).map(({ name }) => name)
    expect([of('allow'), of('own')]).toEqual([['SELECT'], ['CREATE', 'DROP']])
  })
})

describe('a function of the register', () => {
  test('that exists with OVER only is no aggregate without it', () => {
    const windows = capabilities.filter(({ windowOnly }) => windowOnly).map(({ name }) => name)
    expect(windows).toEqual(expect.arrayContaining(['row_number', 'lag', 'fill', 'ntile', 'nth_value']))
    expect(windows).toHaveLength(13)
    for (const name of windows) expect([name, functionClass(name, 'aggregate')]).toEqual([name, 'deny'])
  })

  test('that has a form across persons is an aggregate that may be asked, and the register says so', () => {
    const released = capabilities.filter(({ why }) =>
      why?.startsWith('across persons it is not run as it is'),
    )
    const free = capabilities.filter((entry) => entry.kind === 'aggregate' && entry.class === 'allow')
    const said = [...released, ...free].map(({ name }) => name)
    expect(said.toSorted()).toEqual([...new Set(aggregatesAcrossPersons)].toSorted())
  })

  test('that is volatile is denied, whatever it is called', () => {
    const volatile = capabilities.filter(({ stability }) => stability === 'VOLATILE')
    expect(volatile.length).toBeGreaterThan(5)
    expect(volatile.filter((entry) => entry.class !== 'deny').map(({ name }) => name)).toEqual([])
  })

  test('that folds a list into a value of any length is denied', () => {
    for (const name of ['list_reduce', 'array_reduce', 'reduce'])
      expect([name, functionClass(name, 'scalar')]).toEqual([name, 'deny'])
  })
})
