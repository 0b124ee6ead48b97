/** A line that opens withheld cells to checkers, or single establishments: its holder signs it anew whenever that changes. */
import { beforeAll, expect, test } from '@jest/globals'
import type { Command } from '../../services/habilitation/commands.ts'
import { fold } from '../../services/habilitation/fold.ts'
import { leastBody, openRoom, type Room } from './fixtures.ts'
import { act, granted } from './walk.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})

const grant: Command = { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }
const accept = { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' } as const

test('is opened by an amendment that holder and two of the authority sign, and closed by one', async () => {
  const { id, project } = await granted(room)
  const lineNow = async () => (await room.permits.current(project))?.permit.lines[0]
  const asking = (exact: 'no' | 'checked') => {
    const patch = { lines: [{ ...leastBody.lines[0], exact }] }
    return act(room, id, ['paul', { type: 'amendment', patch }])
  }
  expect(await lineNow()).not.toHaveProperty('exact')
  await asking('checked')
  await expect(act(room, id, ['claire', grant])).rejects.toMatchObject({ code: 'INCOMPLETE' })
  await act(room, id, ['rouen', accept])
  expect(await act(room, id, ['claire', grant])).toMatchObject({ permit: { version: 1 } })
  await act(room, id, ['yves', { type: 'confirmation' }])
  expect(await lineNow()).toMatchObject({ exact: 'checked' })
  await asking('no')
  await act(room, id, ['rouen', accept])
  expect(await act(room, id, ['claire', grant])).toMatchObject({ permit: { version: 3 } })
  expect(await lineNow()).not.toHaveProperty('exact')
})

test('that shows single establishments is signed anew, and the answer to a line that says no as before stands', async () => {
  const { id } = await granted(room)
  const lines = (establishmentLevel: 'no' | 'consented') => [{ ...leastBody.lines[0], establishmentLevel }]
  await act(room, id, ['paul', { type: 'amendment', patch: { lines: lines('no') } }])
  const { events } = (await room.registry.read(id)) ?? { events: [] }
  const answers = (level: 'no' | 'consented') => {
    const asked = events.map((event) =>
      event.type === 'amendmentAsked' ? { ...event, request: { ...leastBody, lines: lines(level) } } : event,
    )
    return Object.keys(fold(id, asked as typeof events).amendment?.lines ?? {})
  }
  expect(answers('no')).toEqual(['pmsi-demo'])
  expect(answers('consented')).toEqual([])
})
