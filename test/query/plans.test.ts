import { expect, test } from '@jest/globals'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { Plan } from '../../services/query/plan.ts'
import { openPlans } from '../../services/query/plans.ts'

const plan = (sha256: string) => ({ sha256 }) as Plan
const text = { sql: 'SELECT 1', today: '2026-11-21' }

/** Counts how often a plan is made. */
function counted() {
  const plans = openPlans()
  let made = 0
  const of = (catalogue: string, statement: Parameters<typeof plans.of>[1]) =>
    plans.of(catalogue, statement, async () => {
      made += 1
      return plan(String(made))
    })
  return { of, made: () => made }
}

test('the same question on the same catalogue has one plan', async () => {
  const { of, made } = counted()
  expect(await of('c', text)).toBe(await of('c', { ...text }))
  expect(made()).toBe(1)
})

test.each([
  ['text', 'c', { ...text, sql: 'SELECT  1' }],
  ['day', 'c', { ...text, today: '2026-11-22' }],
  ['parameters', 'c', { ...text, parameters: [1] }],
  ['catalogue', 'd', text],
])('another %s has a plan of its own', async (_, catalogue, statement) => {
  const { of, made } = counted()
  await of('c', text)
  await of(catalogue, statement)
  expect(made()).toBe(2)
})

test('a refusal is made again', async () => {
  const plans = openPlans()
  const refuse = () => Promise.reject(new Refusal('TYPE_ERROR'))
  await expect(plans.of('c', text, refuse)).rejects.toMatchObject({ code: 'TYPE_ERROR' })
  expect(await plans.of('c', text, async () => plan('good'))).toEqual(plan('good'))
})

test('the plan that was asked for longest ago goes first', async () => {
  const { of, made } = counted()
  for (let i = 0; i < 256; i += 1) await of('c', { ...text, sql: String(i) })
  await of('c', { ...text, sql: '0' })
  await of('c', { ...text, sql: 'new' })
  expect(made()).toBe(257)
  await of('c', { ...text, sql: '0' })
  expect(made()).toBe(257)
  await of('c', { ...text, sql: '1' })
  expect(made()).toBe(258)
})
