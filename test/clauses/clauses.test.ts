/** Every clause that a permit may hold changes an answer, and what executes it is known; a clause that nobody knows refuses. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openCedar } from '../../services/habilitation/cedar.ts'
import { decide } from '../../services/habilitation/decide.ts'
import type { Rulebook } from '../../services/habilitation/decision.ts'
import { node, policies } from '../habilitation/fixtures.ts'
import { clauses, study } from './clauses.ts'
import { changedAt, clausesOf, objectsOf } from './schema.ts'
import { stopping } from './stopping.ts'
import { type Draft, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 120_000)
afterAll(() => world?.close())

const everybody = { sql: 'SELECT count(*) AS n FROM people' }
const granted = { rows: [[60]], unit: 'person', k: 11, ms: 20_000 }

const executed = Object.entries(clauses).flatMap(([path, clause]) =>
  'named' in clause ? [] : [{ path, clause }],
)
const named = Object.entries(clauses).flatMap(([path, clause]) =>
  'named' in clause ? [{ path, clause }] : [],
)

/** The rules of the house but one. */
function rulesWithout(rule: string): Rulebook['decide'] {
  const text = readFileSync(`${policies}query.cedar`, 'utf8')
  const rules = text.split(/(?=^@id\()/m)
  const kept = rules.filter((one) => !one.startsWith(`@id("${rule}")`))
  expect(kept).toHaveLength(rules.length - 1)
  const schema = readFileSync(`${policies}schema.cedarschema`, 'utf8')
  const cedar = openCedar(`without ${rule}`, { schema, texts: [kept.join('')] })
  return (ask, current) => decide(ask, current, { cedar, bundle: 'mutant', node })
}

describe('the clauses', () => {
  test('are all that the schema of a permit holds, each executed by something or told to somebody', () => {
    expect(Object.keys(clauses).sort()).toEqual([...clausesOf()].sort())
    const held = executed.filter(({ clause }) => clause.rule === undefined && clause.taken === undefined)
    expect(held.map(({ path }) => path)).toEqual([])
  })

  test('are executed where they say: each piece of code stands once in its file', () => {
    const pieces = [...executed.flatMap(({ clause }) => clause.taken ?? []), ...stopping]
    const lost = pieces.filter(({ file, text }) => {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
      return source.split(text).length !== 2
    })
    expect(lost).toEqual([])
  })
})

describe('a clause that is changed', () => {
  test.each(executed)(
    'changes the answer: $path',
    async ({ clause }) => {
      const { permit = study, asked = everybody, change, told, rule } = clause
      const before = await world.ask(permit, asked)
      expect(before).toHaveProperty('rows')
      const changed = change(permit) as Draft
      expect(await world.ask(changed, asked)).toMatchObject(told)
      expect(before).not.toMatchObject(told)
      if (rule === undefined) return
      expect(await world.ask(changed, asked, rulesWithout(rule))).not.toMatchObject(told)
    },
    60_000,
  )

  test.each(named)('and that nothing executes changes no answer: $path', async ({ path, clause }) => {
    const changed = changedAt(study, path, () => clause.other) as Draft
    expect(changed).not.toEqual(study)
    expect(await world.ask(changed, everybody)).toEqual(granted)
  })

  const ofLines = Object.keys(clauses).filter((path) => /^lines(?!.*holderJws)/.test(path))
  test.each(ofLines)('after the holder has signed closes the line: %s', async (path) => {
    const clause = clauses[path]
    if (clause === undefined) throw new Error('a clause of the list')
    const permit = 'permit' in clause && clause.permit ? clause.permit : study
    const lines = await Promise.all(permit.lines.map((line) => world.signed(line)))
    const signed = { ...permit, lines }
    const changed = 'named' in clause ? changedAt(signed, path, () => clause.other) : clause.change(signed)
    const asked = 'asked' in clause && clause.asked ? clause.asked : everybody
    expect(await world.ask(signed, asked)).toHaveProperty('rows')
    expect(await world.ask(changed as Draft, asked)).toEqual({ code: 'LINE_CLOSED', rule: 'line-closed' })
  })
})

describe('a line of one table', () => {
  test('holds each of its rows once, though a person has several', async () => {
    const one = changedAt(study, 'lines[].tables', () => ({ stays: { columns: ['year'] } })) as Draft
    expect(await world.ask(one, { sql: 'SELECT count(*) AS n FROM stays' })).toMatchObject({ rows: [[80]] })
  }, 60_000)
})

describe('a clause that this node does not know', () => {
  test.each(objectsOf())('refuses the permit, wherever it stands: in %p', async (path) => {
    const more = changedAt(study, path, (object) => ({ ...(object as object), unheard: 'of' })) as Draft
    expect(more).not.toEqual(study)
    expect(await world.ask(more, everybody)).toMatchObject({ code: 'PERMIT_INVALID', rule: 'permit.form' })
  })
})
