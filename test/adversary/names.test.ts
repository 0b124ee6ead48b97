/**
 * Every function, pragma, setting and kind of statement that the register of the engine denies, through every door that takes SQL.
 * All of them where the doors read the text; a seeded sample of them through the doors themselves.
 */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { type Capability, capabilities } from '../../services/engine/capabilities.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { routes } from '../../services/gateway/routes.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { clockNames } from '../../services/query/functions.ts'
import type { Plan } from '../../services/query/plan.ts'
import { readHeader } from '../../services/query/statement/header.ts'
import { understand } from '../../services/query/understand.ts'
import { planOfChange } from '../../services/query/workspace/change.ts'
import { deposit, descriptor, grant } from '../contract/study.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { makeCohort, writeBulle } from '../property/cohort.ts'
import { dice } from '../property/seed.ts'
import { type NamedStatement, namedStatements, withoutSample } from './engine-names.ts'
import { outsideOf } from './outside.ts'

const today = '2026-11-21'
/** What a name that is denied may be told; anything else is an answer or a fault of ours. */
const refusals = /^(FUNCTION_NOT_ALLOWED|AGG_NOT_ALLOWED|STATEMENT_NOT_ALLOWED|SYNTAX)$/

let parser: Parser
let made: { bulle: Bulle; folder: string }

beforeAll(async () => {
  parser = await openParser({ processes: 1 })
  made = await writeBulle(makeCohort(3, 20), 'names')
})
afterAll(async () => {
  await parser.close()
  await rm(made.folder, { recursive: true })
})

/** As a query, a check, a twin and a derived table read what they are given: each door ends in one of these two. */
const readers = {
  'a statement': (text: string) => text,
  'the body of a table': (text: string) => `CREATE TABLE mine AS ${text}`,
} as const

function planOf(text: string): Promise<Plan> {
  const header = readHeader(text)
  const statement = { sql: text, today }
  return header === null
    ? understand(parser, made.bulle, statement)
    : planOfChange(parser, made.bulle, { header, text: statement })
}

type Read = (text: string) => Promise<unknown>

/** The statements that are not refused for what they name. */
async function leaking(statements: readonly NamedStatement[], read: Read): Promise<readonly string[]> {
  const answered: string[] = []
  for (const { sql } of statements) {
    const code = await read(sql).then(
      () => 'answered',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    )
    if (!refusals.test(code)) answered.push(`${code}: ${sql}`)
  }
  return answered
}

const isLong = process.env.HUISCLOS_TRIAL === 'names'
const all = namedStatements({ table: 'persons', column: 'sex' })
const last = [...new Map(all.map((one) => [`${one.what} ${one.name}`, one])).values()]
const inTables = isLong ? last : last.filter((_, i) => i % 3 === 0)
const isA = (what: NamedStatement['what']) => all.filter((one) => one.what === what)
const namesOf = (what: NamedStatement['what']) => new Set(isA(what).map(({ name }) => name))

describe('the names of the engine', () => {
  test('are all tried: each denied function, each pragma, each setting and each kind of statement that can be written', () => {
    const inFile = (...kinds: readonly Capability['kind'][]) =>
      new Set(
        capabilities
          .filter((one) => kinds.includes(one.kind) && one.class === 'deny')
          .map(({ name }) => name),
      )
    for (const name of inFile('table', 'table_macro')) expect(namesOf('table function')).toContain(name)
    for (const name of inFile('pragma')) expect(namesOf('pragma')).toContain(name)
    expect(namesOf('setting').size).toBeGreaterThan(150)
    expect(namesOf('function').size).toBeGreaterThan(280)
    expect(withoutSample()).toEqual([])
    expect(all.length).toBeGreaterThan(3500)
  })

  test('are all refused in a statement', async () => {
    // The first of the ways to write each; `npm run trials -- names` takes them all.
    const first = new Map(all.toReversed().map((one) => [`${one.what} ${one.name}`, one]))
    expect(await leaking(isLong ? all : [...first.values()], planOf)).toEqual([])
  }, 120_000)

  test('are all refused in the body of a table, one statement of each third name', async () => {
    const inTable: Read = (text) => planOf(readers['the body of a table'](text))
    expect(await leaking(inTables, inTable)).toEqual([])
  }, 120_000)

  test('that ask for the time are answered with the moment of the request, and are in no text that is run', async () => {
    for (const name of clockNames) {
      const { leaves, outer } = await planOf(`SELECT "${name}"() AS t, count(*) FROM persons`)
      for (const text of [outer, ...leaves.map(({ level1 }) => level1)])
        expect([name, text.toLowerCase().includes(`${name}(`)]).toEqual([name, false])
    }
  })

  test('are found answered where the reader of trees looks at nothing', async () => {
    const careless = async (text: string) => parser.text(await parser.tree(text))
    const found = await leaking(isA('table function').slice(0, 40), careless)
    expect(found.length).toBeGreaterThan(20)
  })

  test('are found answered when one dangerous function is moved to those that are allowed', async () => {
    const entry = capabilities.find(({ name, kind }) => name === 'getvariable' && kind === 'scalar')
    if (entry === undefined) throw new Error('the engine has no such function')
    const asked = all.filter(({ name, what }) => name === entry.name && what === 'function')
    expect(await leaking(asked, planOf)).toEqual([])
    const open = entry as { class: Capability['class'] }
    open.class = 'allow'
    try {
      expect((await leaking(asked, planOf)).length).toBeGreaterThan(0)
    } finally {
      open.class = 'deny'
    }
  })
})

/** The doors that take SQL, by the declarations of the routes. */
function doorsOfSql(): readonly string[] {
  return routes
    .filter(
      ({ body }) =>
        body !== undefined &&
        JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' })).includes('"sql"'),
    )
    .map(({ name }) => name)
}

/** Some of every kind, over the tables of the study. */
function sample(): readonly string[] {
  const random = dice(42)
  const named = namedStatements({ table: 'patients', column: 'sex' })
  return [...new Set(named.map(({ what }) => what))].flatMap((kind) => {
    const some = named.filter(({ what }) => what === kind)
    return Array.from({ length: 8 }, () => random.pick(some).sql)
  })
}

interface Said {
  readonly status: number
  readonly json: { readonly code?: string; readonly decision?: string }
}

/** A check answers 200 to what it would refuse. */
function wordOf({ status, json }: Said): string | undefined {
  return status === 200 && json.decision !== 'refuse' ? 'answered' : json.code
}

describe('the doors that take SQL', () => {
  let node: TestNode
  let project = ''
  const dataset = descriptor.name

  const doors: Readonly<Record<string, (sql: string) => Promise<Said>>> = {
    'POST /api/v1/projects/{id}/queries': (sql) =>
      node.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } }),
    'POST /api/v1/projects/{id}/queries/check': (sql) =>
      node.call('POST', `/api/v1/projects/${project}/queries/check`, { as: 'alice', body: { sql } }),
    'POST /api/v1/datasets/{name}/twin/queries': (sql) =>
      node.call('POST', `/api/v1/datasets/${dataset}/twin/queries`, { as: 'alice', body: { sql } }),
  }

  beforeAll(async () => {
    node = await openTestNode()
    const outside = outsideOf(node)
    await deposit(outside)
    project = (await grant(outside)).project
  }, 60_000)
  afterAll(() => node?.close())

  const saved = '/api/v1/projects/{id}/saved-queries'
  const keeping = [`POST ${saved}`, `PUT ${saved}/{savedId}`]

  test('are those that this file tries', () => {
    expect([...doorsOfSql()].toSorted()).toEqual([...Object.keys(doors), ...keeping].toSorted())
  })

  test('to keep it give it back as it stands, and ask nobody', async () => {
    const at = saved.replace('{id}', project)
    const asked = async () =>
      (await node.call('GET', `/api/v1/projects/${project}/queries`, { as: 'alice' })).json.queries.length
    const before = await asked()
    const [first = '', second = ''] = sample()
    const body = { title: 'x', sql: first, isShared: false }
    const kept = await node.call('POST', at, { as: 'alice', body })
    expect(kept).toMatchObject({ status: 201, json: { sql: first } })
    const changed = { as: 'alice', body: { ...body, sql: second } }
    expect(await node.call('PUT', `${at}/${kept.json.id}`, changed)).toMatchObject({
      status: 200,
      json: { sql: second },
    })
    expect(await asked()).toBe(before)
  })

  test.each(Object.entries(doors))(
    '%s refuses a sample of every kind of name, and answers what is allowed',
    async (_, ask) => {
      expect(await ask('SELECT count(*) AS n FROM patients')).toMatchObject({ status: 200 })
      for (const sql of sample().flatMap((text) => Object.values(readers).map((dressed) => dressed(text))))
        expect([sql, wordOf(await ask(sql))]).toEqual([sql, expect.stringMatching(refusals)])
    },
    120_000,
  )
})
