/** The emergency track: time alone suspends it when an awaited opinion does not come, and the opinion alone starts it again. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room, today } from './fixtures.ts'
import { act, granted, walked } from './walk.ts'

const DAY_MS = 86_400_000
const body = {
  ...leastBody,
  route: 'MR_007',
  accessPeriod: { from: '2026-11-21', until: '2026-12-20' },
  emergency: { reason: 'An outbreak.' },
}
const opinion = (word: 'favourable' | 'unfavourable' | 'conditions') =>
  ['ines', { type: 'opinions', opinion: word, comment: '' }] as const

let room: Room
let id: string
let project: string
beforeEach(async () => {
  room = await openRoom()
  ;({ id, project } = await granted(room, body))
})

async function decided() {
  const { now } = room.time
  const decision = room.rulebook.decide({ by: person('alice'), now }, await room.permits.current(project))
  const { state } = await readHabilitation(room, person('paul'), id)
  return { state, decision: decision.effect === 'permit' ? 'permit' : decision.code }
}

describe('an emergency permit', () => {
  test('suspends itself at the instant at which the awaited opinion is late', async () => {
    room.time.now = today + 15 * DAY_MS - 1
    expect(await decided()).toEqual({ state: 'active', decision: 'permit' })
    room.time.now += 1
    expect(await decided()).toEqual({ state: 'suspended', decision: 'SUSPENDED' })
  })

  test('goes on with the opinion that its route asks for, however late, and not with less', async () => {
    room.time.now = today + 16 * DAY_MS
    for (const word of ['unfavourable', 'conditions'] as const) {
      await act(room, id, opinion(word))
      expect(await decided()).toEqual({ state: 'suspended', decision: 'SUSPENDED' })
    }
    await act(room, id, opinion('favourable'))
    expect(await decided()).toEqual({ state: 'active', decision: 'permit' })
  })

  test('ends like any other, suspended or not', async () => {
    room.time.now = today + 40 * DAY_MS
    expect(await decided()).toMatchObject({ state: 'expired' })
  })

  test('lasts 30 days at most, says why, and is not asked for by an amendment', async () => {
    const long = { ...body, accessPeriod: { from: '2026-11-21', until: '2026-12-21' } }
    await expect(walked(room, 'submission', long)).rejects.toMatchObject({
      facts: { missing: [{ path: 'accessPeriod.until' }] },
    })
    await expect(walked(room, 'submission', { ...body, emergency: { reason: ' ' } })).rejects.toMatchObject({
      facts: { missing: [{ path: 'emergency.reason' }] },
    })
    const { id: ordinary } = await granted(room)
    const patch = { emergency: { reason: 'x' }, accessPeriod: body.accessPeriod }
    await expect(act(room, ordinary, ['paul', { type: 'amendment', patch }])).rejects.toMatchObject({
      facts: { missing: expect.arrayContaining([expect.objectContaining({ path: 'emergency' })]) },
    })
  })

  test('is the only permit on which an opinion is still given', async () => {
    const { id: ordinary } = await granted(room)
    await expect(act(room, ordinary, opinion('favourable'))).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })
})
