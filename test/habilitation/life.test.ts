/** The life of a permit: stopped by one, started again by two, amended, renewed, ended by time. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { finishRecalls } from '../../services/habilitation/closing.ts'
import type { Command } from '../../services/habilitation/commands.ts'
import { readHabilitation, readProject } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room } from './fixtures.ts'
import { act, granted, type Step } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const suspend: Step = ['nadia', { type: 'suspension', reason: 'Un doute.' }]
const revoke = (who: string): Step => [who, { type: 'revocation', reason: 'Manquement.' }]

describe('stopping and starting again', () => {
  const decided = async (project: string, dataset?: string) => {
    const ask = { by: person('alice'), now: room.time.now, ...(dataset && { datasets: [dataset] }) }
    const decision = room.rulebook.decide(ask, await room.permits.current(project))
    return decision.effect === 'permit' ? 'permit' : decision.code
  }

  test.each(['nadia', 'claire', 'karim'])('%s alone suspends the whole, at once', async (who) => {
    const { id, project } = await granted(room)
    expect(await act(room, id, [who, { type: 'suspension', reason: 'x' }])).toMatchObject({
      state: 'suspended',
    })
    expect(room.effected.at(-1)).toEqual({ effect: 'SUSPENDED', project })
    expect(await decided(project)).toBe('SUSPENDED')
  })

  test('it takes a DPO and the authority to lift, two persons', async () => {
    const { id, project } = await granted(room)
    await act(room, id, suspend)
    expect(await act(room, id, ['nadia', { type: 'lift' }])).toMatchObject({ state: 'suspended' })
    await expect(act(room, id, ['nadia', { type: 'lift' }])).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    expect(await decided(project)).toBe('SUSPENDED')
    expect(await act(room, id, ['yves', { type: 'lift' }])).toMatchObject({ state: 'active' })
    expect(await decided(project)).toBe('permit')
  })

  test('two of the authority do not lift', async () => {
    const { id } = await granted(room)
    await act(room, id, suspend)
    await act(room, id, ['claire', { type: 'lift' }])
    await expect(act(room, id, ['yves', { type: 'lift' }])).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
  })

  test('a holder stops its own line only', async () => {
    const { id, project } = await granted(room)
    const seen = await act(room, id, ['rouen', { type: 'suspension', reason: 'x' }])
    expect(seen).toMatchObject({ state: 'active', lines: [{ state: 'suspended' }] })
    expect(room.effected.at(-1)).toEqual({ effect: 'SUSPENDED', project, dataset: 'pmsi-demo' })
    expect(await decided(project, 'pmsi-demo')).toBe('SUSPENDED')
    await expect(
      act(room, id, ['rouen', { type: 'suspension', reason: 'x', line: 'L1' }]),
    ).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
  })

  test('a holder takes its line back for good', async () => {
    const { id, project } = await granted(room)
    await act(room, id, ['rouen', { type: 'recall', line: 'pmsi-demo', reason: 'x' }])
    expect(room.effected.slice(-2)).toEqual([
      { effect: 'LINE_CLOSED', project, dataset: 'pmsi-demo' },
      { effect: 'shred', project, dataset: 'pmsi-demo' },
    ])
    expect(await decided(project, 'pmsi-demo')).toBe('LINE_CLOSED')
    // No line is left: that is said before any text is looked at.
    expect(await decided(project)).toBe('LINE_CLOSED')
  })

  test('a line that was taken back is destroyed by the next round, where a crash kept its extract', async () => {
    const { id, project } = await granted(room)
    await act(room, id, ['rouen', { type: 'recall', line: 'pmsi-demo', reason: 'x' }])
    const { length } = room.effected
    await finishRecalls(room)
    expect(room.effected.slice(length)).toEqual([{ effect: 'shred', project, dataset: 'pmsi-demo' }])
  })

  test('one person is suspended, the others go on', async () => {
    const persons = [...leastBody.persons, { issuer: 'demo', subject: 'paul', profile: 'analyst' }]
    const { id, project } = await granted(room, { ...leastBody, persons })
    const alice = { issuer: 'demo', subject: 'alice' }
    await act(room, id, ['nadia', { type: 'suspension', reason: 'x', person: alice }])
    expect(await decided(project)).toBe('SUSPENDED')
    const other = room.rulebook.decide(
      { by: person('paul'), now: room.time.now },
      await room.permits.current(project),
    )
    expect(other.effect).toBe('permit')
  })

  test('the first notice already stops; the second person makes it a revocation', async () => {
    const { id, project } = await granted(room)
    expect(await act(room, id, revoke('claire'))).toMatchObject({ state: 'revocation_noticed' })
    expect(room.effected.at(-1)).toEqual({ effect: 'REVOKED', project })
    expect(await decided(project)).toBe('REVOKED')
    await expect(act(room, id, revoke('claire'))).rejects.toMatchObject({ code: 'CONFLICT_OF_INTEREST' })
    expect(await act(room, id, revoke('yves'))).toMatchObject({ state: 'revoked' })
    expect(await decided(project)).toBe('REVOKED')
  })

  test('a notice is dismissed by two, and access comes back as it was', async () => {
    const { id, project } = await granted(room)
    await act(room, id, revoke('claire'))
    const dismiss: Command = { type: 'dismissal', reasons: 'Entendu.' }
    expect(await act(room, id, ['claire', dismiss])).toMatchObject({ state: 'revocation_noticed' })
    expect(await decided(project)).toBe('REVOKED')
    expect(await act(room, id, ['yves', dismiss])).toMatchObject({ state: 'active' })
    expect(await decided(project)).toBe('permit')
  })

  test('an upheld appeal against a revocation gives a new version', async () => {
    const { id, project } = await granted(room)
    await act(room, id, revoke('claire'))
    await act(room, id, revoke('yves'))
    await act(room, id, ['paul', { type: 'revocation-appeal', reasons: 'x' }])
    const third = person('odile')
    const command = { type: 'appeal-decision', upheld: true, reasons: 'x' } as const
    expect(await actOn(room, third, { id, command })).toMatchObject({
      state: 'active',
      permit: { version: 2 },
    })
    expect((await room.permits.current(project))?.permit).toMatchObject({
      version: 2,
      previous: expect.any(String),
    })
    expect(await decided(project)).toBe('permit')
  })

  test('access ends by itself, at 00:00 in Paris of the day after, and the close takes two', async () => {
    const { id, project } = await granted(room)
    room.time.now = Date.parse('2027-10-31T22:59:59.999Z')
    expect(await decided(project)).toBe('permit')
    room.time.now += 1
    expect(await decided(project)).toBe('EXPIRED')
    expect(await act(room, id, ['karim', { type: 'closure' }])).toMatchObject({ state: 'closing' })
    const same = person('karim', { roles: ['dpo'] })
    await expect(actOn(room, same, { id, command: { type: 'attestation' } })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    expect(await act(room, id, ['nadia', { type: 'attestation' }])).toMatchObject({
      state: 'closed',
      turn: 'nobody',
    })
  })

  test('a period that begins later gives an issued permit, and NOT_YET_VALID until then', async () => {
    const accessPeriod = { from: '2026-12-01', until: '2027-10-31' }
    const { id, project } = await granted(room, { ...leastBody, accessPeriod })
    expect(await readHabilitation(room, person('paul'), id)).toMatchObject({ state: 'issued' })
    expect(await decided(project)).toBe('NOT_YET_VALID')
    room.time.now = Date.parse('2026-11-30T23:00:00Z')
    expect(await decided(project)).toBe('permit')
  })
})

describe('amendments', () => {
  test('a narrowing takes one person of the authority and supersedes what runs', async () => {
    const { id, project } = await granted(room)
    const patch = { lines: [{ ...leastBody.lines[0], tables: { patients: { columns: ['sex'] } } }] }
    await act(room, id, ['paul', { type: 'amendment', patch }])
    await act(room, id, ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }])
    const seen = await act(room, id, [
      'claire',
      { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] },
    ])
    expect(seen).toMatchObject({ permit: { version: 2 }, amendment: null, state: 'active' })
    expect(room.effected.slice(-2)).toEqual([
      { effect: 'SUPERSEDED', project },
      { effect: 'seal', project },
    ])
    expect((await room.permits.current(project))?.permit.lines[0]?.tables).toEqual({
      patients: { columns: ['sex'] },
    })
  })

  test('a person more takes two persons of the authority', async () => {
    const { id } = await granted(room)
    const patch = {
      persons: [...leastBody.persons, { issuer: 'demo', subject: 'bruno', profile: 'analyst' }],
    }
    await act(room, id, ['paul', { type: 'amendment', patch }])
    const grant: Command = { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }
    expect(await act(room, id, ['claire', grant])).toMatchObject({ permit: { version: 1 } })
    await expect(act(room, id, ['claire', { type: 'confirmation' }])).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    expect(await act(room, id, ['yves', { type: 'confirmation' }])).toMatchObject({ permit: { version: 2 } })
  })

  test('another purpose is a new request', async () => {
    const { id } = await granted(room)
    const step: Step = ['paul', { type: 'amendment', patch: { purposes: ['SNDS-III-5'] } }]
    await expect(act(room, id, step)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'purposes', message: expect.any(String) }] },
    })
  })

  test('a renewal is granted once, asked at least a month before the end', async () => {
    const { id, project } = await granted(room)
    const renew = (until: string): Step => ['paul', { type: 'renewal', until }]
    await act(room, id, renew('2028-10-31'))
    await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }])
    await act(room, id, ['yves', { type: 'confirmation' }])
    expect(await readProject(room, person('paul'), project)).toMatchObject({ until: '2028-10-31' })
    await expect(act(room, id, renew('2029-10-31'))).rejects.toMatchObject({ code: 'INCOMPLETE' })
  })

  test('a renewal asked too late is refused', async () => {
    const { id } = await granted(room)
    room.time.now = Date.parse('2027-10-10T09:00:00Z')
    const step: Step = ['paul', { type: 'renewal', until: '2028-10-31' }]
    await expect(act(room, id, step)).rejects.toMatchObject({ code: 'INCOMPLETE' })
  })
})
