/** What a person is told that she may do: by role, by state, and by what she did before. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Command } from '../../services/habilitation/commands.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act, granted, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

async function toldTo(who: string, id: string, change: Parameters<typeof person>[1] = {}) {
  const { offered, barred } = await readHabilitation(room, person(who, change), id)
  return { offered, rules: Object.fromEntries(barred.map(({ command, rule }) => [command, rule])), barred }
}

const refusal = (command: Command) => command as Exclude<Command, { type: 'opening' }>

describe('what is possible', () => {
  test('is told by role and state', async () => {
    const id = await walked(room, 'submission')
    expect((await toldTo('lucie', id)).offered).toEqual(['completeness', 'comments'])
    expect((await toldTo('claire', id)).offered).toEqual(['interests', 'comments'])
  })

  test('a confirmation is offered to the second person of the authority alone, and only once somebody proposed', async () => {
    const before = await walked(room, 'countersignatures')
    expect((await toldTo('yves', before)).offered).not.toContain('confirmation')
    const id = await walked(room, 'decision')
    const claire = await toldTo('claire', id)
    expect(claire.offered).not.toContain('confirmation')
    expect(claire.rules.confirmation).toBe('T2')
    expect((await toldTo('yves', id)).offered).toContain('confirmation')
  })

  test('a colleague of the lead instructs nothing, and reads why in both languages', async () => {
    const id = await walked(room, 'completeness')
    const { offered, barred, rules } = await toldTo('ines', id, { organisation: 'chu-rouen' })
    expect(offered).toEqual(['interests'])
    expect(rules).toEqual({ opinions: 'T1', comments: 'T1', questions: 'T1' })
    expect(barred[0]?.fr).toBe(
      'T1 : vous êtes demandeur, membre du projet ou collègue du porteur. Une autre personne du même rôle doit agir.',
    )
    expect(barred[0]?.en).toContain('Another person of the same role must act.')
  })

  test('who has not declared her interests is told to, and may still recuse herself', async () => {
    const id = await walked(room, 'completeness')
    const undeclared = await toldTo('ines', id, { proofs: {} })
    expect(undeclared.offered).toContain('opinions')
    expect(undeclared.rules.opinions).toBe('interests.undeclared')
    await act(room, id, ['ines', refusal({ type: 'interests', none: true })])
    expect((await toldTo('ines', id, { proofs: {} })).rules).toEqual({})
  })

  test('who declared an interest decides nothing', async () => {
    const id = await walked(room, 'countersignatures')
    await act(room, id, ['claire', refusal({ type: 'interests', none: false, text: 'Une cousine.' })])
    const { offered, rules } = await toldTo('claire', id)
    expect(offered).not.toContain('decision')
    expect(rules.decision).toBe('interests.declared')
  })

  test('a holder signs while one of its lines has no answer', async () => {
    const id = await walked(room, 'completeness')
    expect((await toldTo('rouen', id)).offered).toContain('countersignatures')
    const { id: project } = await granted(room)
    expect((await toldTo('rouen', project)).offered).toEqual(['suspension', 'recall'])
  })

  test('an extension is offered once', async () => {
    const id = await walked(room, 'completeness')
    expect((await toldTo('claire', id)).offered).toContain('extension')
    await act(room, id, ['claire', refusal({ type: 'extension', reason: 'Dossier complexe.' })])
    expect((await toldTo('claire', id)).offered).not.toContain('extension')
  })

  test('the first of two who revoke waits for the second', async () => {
    const { id } = await granted(room)
    await act(room, id, ['claire', refusal({ type: 'revocation', reason: 'Détournement.' })])
    expect((await toldTo('claire', id)).rules.revocation).toBe('T2')
    expect((await toldTo('yves', id)).offered).toContain('revocation')
  })

  test('a lift is offered while something is stopped, and to each of the two once', async () => {
    const { id } = await granted(room)
    expect((await toldTo('nadia', id)).offered).not.toContain('lift')
    await act(room, id, ['nadia', refusal({ type: 'suspension', reason: 'Doute.' })])
    await act(room, id, ['nadia', refusal({ type: 'lift' })])
    expect((await toldTo('nadia', id)).rules.lift).toBe('T7')
    expect((await toldTo('claire', id)).offered).toContain('lift')
  })

  test('what was tried is kept nowhere', async () => {
    const id = await walked(room, 'decision', leastBody)
    const before = (await room.registry.read(id))?.events.length
    await toldTo('yves', id)
    expect((await room.registry.read(id))?.events.length).toBe(before)
    expect(room.effected).toEqual([])
  })
})
