/**
 * Every role against every guarded route, on its own object, on one of another tenant and on one that nobody has, in one real house:
 * each answer is the one that the declaration of the route gives. What is hidden and what is not there are answered alike.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../../services/gateway/app.ts'
import { audiences } from '../../services/gateway/authorisation.ts'
import type { Route } from '../../services/gateway/route.ts'
import { routes } from '../../services/gateway/routes.ts'
import { type Role, roles } from '../../services/identity/person.ts'
import { type Code, refusals } from '../../services/kernel/refusal.ts'
import { openDoors } from '../gateway/doors.ts'
import { callOf, last, namedOf, sentWith, unknown } from './calls.ts'
import { type Got, openTenantsHouse, persons, type TenantsHouse } from './house.ts'
import { type Cell, cellsOf, expected, type GuardedRoute, mayCall, told } from './model.ts'

interface Answers {
  readonly got: Got
  /** On what nobody has; undefined where the call names no object. */
  readonly absent: Got | undefined
}

const orderOf = ({ name }: Route) => last.indexOf(name)
const guarded = routes
  .filter((one): one is GuardedRoute => one.authorisation !== undefined)
  .sort((a, b) => orderOf(a) - orderOf(b))
const named = guarded.map((one) => [one.name, one] as const)

describe('without a token', () => {
  const { house, entries } = openDoors()
  const app = createApp(house, routes)

  test.each(named)('%s is 401', async (_, one) => {
    const before = entries.length
    const [, path = ''] = callOf(one, unknown).split(' ')
    const answer = await request(app)[one.method](path)
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
    expect(entries.slice(before)).toMatchObject([{ body: { type: 'auth.refused', route: one.name } }])
  })
})

describe('each role, on its own, on what is another tenant’s and on what is not there', () => {
  let house: TenantsHouse
  /** An entry of each person’s own. */
  const receipts = new Map<string, string>()

  beforeAll(async () => {
    house = await openTenantsHouse()
    const asking = [...Object.values(persons), 'bruno'].map(async (who) => {
      const { text } = await house.send(who, 'GET /api/v1/datasets/nothing')
      receipts.set(who, String(JSON.parse(text).receipt.seq))
    })
    await Promise.all(asking)
  }, 120_000)

  afterAll(() => house?.close())

  function ask(one: GuardedRoute, { role, whose, state }: Cell): Promise<Got> {
    const { rouen, havre } = house
    const receipt = receipts.get(whose === 'own' ? persons[role] : 'bruno') ?? ''
    const theirs = namedOf(whose === 'own' ? rouen : havre, state, receipt)
    // The proofs of a person are her own, or those of somebody whom she manages.
    const isSelf = whose === 'own' && one.authorisation.sees === 'person' && role !== 'manager'
    const object = isSelf ? { ...theirs, person: persons[role] } : theirs
    return house.send(persons[role], callOf(one, object), sentWith(one, object))
  }

  const isRefused = (got: Got, code: Code) =>
    expect(told(got)).toMatchObject({ status: refusals[code].status, body: { code, hasReceipt: true } })

  /** What the declaration says of the answer, beside the answer on what nobody has, where the call names an object. */
  function holds(one: GuardedRoute, cell: Cell, { got, absent }: Answers): void {
    const should = expected(one, cell)
    expect(got.status).toBeLessThan(500)
    if (should === 'open') expect(told(got)).not.toMatchObject({ body: { rule: 'route.role' } })
    if (should === 'seen' && absent) expect(told(got)).not.toEqual(told(absent))
    if (should === 'open' || should === 'seen') return
    isRefused(got, should === 'refused' ? 'ROLE' : audiences[one.authorisation.sees].hidden)
    if (absent) expect(told(got)).toEqual(told(absent))
  }

  async function askAbsent(one: GuardedRoute, role: Role): Promise<Got | undefined> {
    const { sees } = one.authorisation
    if (sees === 'none') return undefined
    const absent = await house.send(persons[role], callOf(one, unknown), sentWith(one, unknown))
    const codes = mayCall(one, role) ? [audiences[sees].hidden, 'NOT_FOUND'] : ['ROLE']
    expect(codes).toContain(told(absent).body.code)
    return absent
  }

  async function checkRole(one: GuardedRoute, role: Role): Promise<void> {
    const absent = await askAbsent(one, role)
    for (const cell of cellsOf(one, role)) {
      const got = await ask(one, cell)
      try {
        holds(one, cell, { got, absent })
      } catch (cause) {
        throw new Error(`${JSON.stringify(cell)} ${cause instanceof Error ? cause.message : ''}`, { cause })
      }
    }
  }

  async function checkRoute(one: GuardedRoute): Promise<void> {
    if (orderOf(one) < 0) await Promise.all(roles.map((role) => checkRole(one, role)))
    else for (const role of roles) await checkRole(one, role)
  }

  test.each(named)('%s answers as it declares', (_, one) => checkRoute(one), 120_000)
})
