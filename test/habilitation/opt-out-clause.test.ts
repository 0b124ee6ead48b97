/** The mode of opt-outs: a condition of the decision, signed in the permit. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { fold } from '../../services/habilitation/fold.ts'
import { permitPayload } from '../../services/habilitation/grant.ts'
import { optOutFaults, optOutOf } from '../../services/habilitation/opt-out-clause.ts'
import { permitForm } from '../../services/habilitation/signature.ts'
import { openRoom, type Room } from './fixtures.ts'
import { act, walked } from './walk.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})

const mode = { text: 'Règlement (UE) 2025/327, article 71(3).', clause: 'optOut.ehds71_3' }
const exception = { text: 'Article 71(4).', clause: 'optOut.exception' }

describe('the mode of opt-outs', () => {
  test('is for permits of a European route alone', () => {
    expect(optOutFaults([mode], 'ehds')).toEqual([])
    expect(optOutFaults([{ ...mode, clause: 'organisational' }, mode], 'cnil')).toMatchObject([
      { path: 'conditions[1].clause', sentence: { key: 'missing.optOutMode' } },
    ])
    expect(optOutFaults([mode], undefined)).toHaveLength(1)
  })

  test('has no exception, on any route', () => {
    expect(optOutFaults([exception], 'ehds')).toMatchObject([
      { path: 'conditions[0].clause', sentence: { key: 'missing.optOutException' } },
    ])
  })

  test.each([[mode], [exception]])('is not decided on for a route of French law: %j', async (condition) => {
    const id = await walked(room, 'countersignatures')
    const decided = act(room, id, [
      'claire',
      { type: 'decision', decision: 'grant', reasons: 'x', conditions: [condition] },
    ])
    await expect(decided).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'conditions[0].clause' }] },
    })
  })

  test('is signed in the permit with its reference, and is absent from others', async () => {
    const id = await walked(room, 'acceptance')
    const stored = await room.registry.read(id)
    const before = fold(id, stored?.events ?? [])
    const payload = (conditions: readonly { text: string; clause: string }[]) =>
      permitPayload(
        { ...before, proposal: before.proposal && { ...before.proposal, conditions } },
        { body: before.request, lines: before.lines },
        { base: 'P', issuer: 'https://node.example', node: 'n', policyHash: '0'.repeat(64), now: 1 },
      )
    const signed = payload([mode])
    expect(signed).toMatchObject({ optOut: { mode: 'ehds71_3' }, conditions: [mode] })
    expect(payload([])).not.toHaveProperty('optOut')
    expect(optOutOf([exception])).toBeUndefined()
    expect(permitForm.parse(signed)).toEqual(signed)
    expect(permitForm.safeParse({ ...signed, optOut: { mode: 'none' } }).success).toBe(false)
  })
})
