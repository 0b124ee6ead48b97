/** Sessions end with the last habilitation of somebody who is here for nothing else. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { recordExpiries } from '../../services/habilitation/closing.ts'
import { leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act, granted } from './walk.ts'

const alice = { issuer: 'demo', subject: 'alice' }
let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const left = () => room.effected.flatMap((one) => (one.effect === 'leave' ? [one.person] : []))
const revocation = { type: 'revocation', reason: 'x' } as const

async function revoke(id: string): Promise<void> {
  await act(room, id, ['claire', revocation])
  expect(left()).toEqual([])
  await act(room, id, ['yves', revocation])
}

describe('the sessions of a researcher end', () => {
  test('with a revocation', async () => {
    const { id } = await granted(room)
    expect(left()).toEqual([])
    await revoke(id)
    expect(left()).toEqual(['alice'])
  })

  test('with the end date, once it is written down', async () => {
    await granted(room)
    room.time.now += 400 * 86_400_000
    await recordExpiries(room, person('nadia'))
    expect(left()).toEqual(['alice'])
  })

  test('with her own grant, and her queries stop', async () => {
    const { id, project } = await granted(room)
    await act(room, id, ['nadia', { type: 'grant-end', person: alice, reason: 'x' }])
    expect(left()).toEqual(['alice'])
    expect(room.effected).toContainEqual({ effect: 'PERSON_NOT_CLEARED', project, person: 'alice' })
  })

  test('with an amendment that names her no more', async () => {
    const { id } = await granted(room)
    const persons = [{ issuer: 'demo', subject: 'paul', profile: 'analyst' }]
    await act(room, id, ['paul', { type: 'amendment', patch: { persons } }])
    await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }])
    await act(room, id, ['yves', { type: 'confirmation' }])
    expect(left()).toEqual(['alice'])
  })
})

describe('the sessions of a researcher go on', () => {
  test('while another habilitation names her', async () => {
    const [one, other] = [await granted(room), await granted(room)]
    await revoke(one.id)
    expect(left()).toEqual([])
    await revoke(other.id)
    expect(left()).toEqual(['alice'])
  })

  test('through a suspension', async () => {
    const { id } = await granted(room)
    await act(room, id, ['nadia', { type: 'suspension', reason: 'x' }])
    expect(left()).toEqual([])
  })
})

test('who is more than a researcher keeps hers', async () => {
  const persons = [...leastBody.persons, { issuer: 'demo', subject: 'paul', profile: 'analyst' }]
  const { id } = await granted(room, { ...leastBody, persons })
  await revoke(id)
  expect(left()).toEqual(['alice'])
})
