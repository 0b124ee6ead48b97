/** Limits and assurance: asked in the request, tightened by conditions, signed in the permit. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { narrows } from '../../services/habilitation/amendment.ts'
import { conditionFaults, limitsOf } from '../../services/habilitation/clauses.ts'
import { leastBody, openRoom, type Room } from './fixtures.ts'
import { act, type Step, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const limits = { queriesPerDay: 500, rowsPerAnswer: 5000 }
const decide = (...conditions: { text: string; clause: string; value?: number }[]): Step => [
  'claire',
  { type: 'decision', decision: 'grant', reasons: 'x', conditions },
]

describe('the limits of a permit', () => {
  test('are those that the request asks for', async () => {
    const id = await walked(room, 'acceptance', { ...leastBody, limits, assurance: { maxAuthAge: 3600 } })
    const { projectId } = await act(room, id, ['nadia', { type: 'suspension', reason: 'x' }])
    const current = await room.permits.current(projectId ?? '')
    expect(current?.permit).toMatchObject({ limits, assurance: { maxAuthAge: 3600 } })
  })

  test('are tightened by a condition that says its figure', async () => {
    const id = await walked(room, 'countersignatures', { ...leastBody, limits })
    await act(
      room,
      id,
      decide(
        { text: 'Moins.', clause: 'limits.queriesPerDay', value: 20 },
        { text: 'Vite.', clause: 'limits.seconds', value: 5 },
        { text: 'Citer la source.', clause: 'organisational' },
      ),
    )
    await act(room, id, ['yves', { type: 'confirmation' }])
    const { projectId } = await act(room, id, ['paul', { type: 'acceptance' }])
    const current = await room.permits.current(projectId ?? '')
    expect(current?.permit.limits).toEqual({ queriesPerDay: 20, rowsPerAnswer: 5000, seconds: 5 })
  })

  test.each([
    ['loosens what is asked', { text: 'x', clause: 'limits.queriesPerDay', value: 501 }],
    ['is executed and has no figure', { text: 'x', clause: 'limits.queriesPerDay' }],
    ['is out of range', { text: 'x', clause: 'limits.seconds', value: 0 }],
    ['has a figure that no clause takes', { text: 'x', clause: 'organisational', value: 3 }],
  ])('are not decided on with a condition that %s', async (_, condition) => {
    const id = await walked(room, 'countersignatures', { ...leastBody, limits })
    await expect(act(room, id, decide(condition))).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'conditions[0].value' }] },
    })
  })

  test('are none where nothing asks for one', () => {
    expect(limitsOf(undefined, [{ text: 'x', clause: 'organisational' }])).toBeUndefined()
    expect(conditionFaults([{ text: 'x', clause: 'organisational' }])).toEqual([])
  })
})

describe('an amendment narrows', () => {
  const body = { ...leastBody, lines: [], limits, assurance: { acr: ['eidas2', 'eidas3'], amr: ['mfa'] } }
  test.each([
    ['fewer queries', { limits: { ...limits, queriesPerDay: 10 } }],
    ['a fresher session', { assurance: { ...body.assurance, maxAuthAge: 600 } }],
    ['a surer session', { assurance: { acr: ['eidas3'], amr: ['mfa', 'hwk'] } }],
  ])('with %s', (_, after) => {
    expect(narrows(body as never, { ...body, ...after } as never)).toBe(true)
  })
  test.each([
    ['more queries', { limits: { ...limits, queriesPerDay: 501 } }],
    ['a limit less', { limits: { queriesPerDay: 500 } }],
    ['any class of session', { assurance: { amr: ['mfa'] } }],
    ['another class of session', { assurance: { acr: ['eidas1'], amr: ['mfa'] } }],
    ['a method less', { assurance: { acr: ['eidas3'] } }],
  ])('not with %s', (_, after) => {
    expect(narrows(body as never, { ...body, ...after } as never)).toBe(false)
  })
})
