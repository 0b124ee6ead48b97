/** What a request must have at each step of its way to a decision. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { recordExpiries } from '../../services/habilitation/closing.ts'
import type { Command } from '../../services/habilitation/commands.ts'
import { publicRequests } from '../../services/habilitation/publication.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room, secondLine } from './fixtures.ts'
import { act, opened, type Step, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

describe('guards', () => {
  test('an incomplete draft is not submitted, and says what it lacks', async () => {
    const id = await opened(room, { title: 'Un titre' })
    const refusal = act(room, id, ['paul', { type: 'submission' }])
    await expect(refusal).rejects.toMatchObject({ code: 'INCOMPLETE' })
    const { facts } = (await refusal.catch((error) => error)) as { facts: { missing: { path: string }[] } }
    expect(facts.missing.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'publicInterest',
        'aim',
        'kind',
        'route',
        'purposes',
        'lines',
        'persons',
        'prohibitions',
      ]),
    )
  })

  test('an unknown member of a body is refused with its path', async () => {
    const request = { ...leastBody, lines: [{ ...leastBody.lines[0], nonsense: 1 }], extra: true }
    await expect(
      actOn(room, person('paul'), { command: { type: 'opening', request } }),
    ).rejects.toMatchObject({
      code: 'INVALID',
      facts: {
        missing: expect.arrayContaining([
          { path: 'extra', message: expect.any(String) },
          { path: 'lines[0].nonsense', message: expect.any(String) },
        ]),
      },
    })
  })

  test('a merge patch changes one member, and null removes it', async () => {
    const id = await opened(room)
    const changed = await act(room, id, ['paul', { type: 'change', patch: { title: 'Autre', acronym: 'A' } }])
    expect(changed).toMatchObject({ title: 'Autre', acronym: 'A', aim: leastBody.aim })
    const removed = await act(room, id, ['paul', { type: 'change', patch: { aim: null } }])
    expect(removed).not.toHaveProperty('aim')
    expect(removed.missing.map(({ path }) => path)).toEqual(['aim'])
  })

  test('a filter that is none is missing, where it stands', async () => {
    const [line] = leastBody.lines
    const lines = [{ ...line, population: { table: 'patients', filter: '(SELECT 1)' } }]
    const id = await opened(room, { ...leastBody, lines })
    const { missing } = await readHabilitation(room, person('paul'), id)
    expect(missing).toEqual([{ path: 'lines[0].population.filter', message: 'shape' }])
  })

  test('the secretariat asks once, all items at once, and four weeks later the request has lapsed', async () => {
    const id = await walked(room, 'submission')
    const items = [{ field: 'aim', comment: 'Précisez.' }]
    const asked = await act(room, id, ['lucie', { type: 'completeness', items }])
    expect(asked).toMatchObject({ state: 'awaiting_completion', turn: 'lead', items })
    expect(asked.clocks).toMatchObject([{ id: 'completeness.answer', dueAt: '2026-12-19T09:00:00.000Z' }])
    await act(room, id, ['paul', { type: 'change', patch: { aim: 'Décrire mieux.' } }])
    const again = await act(room, id, ['paul', { type: 'completion' }])
    expect(again.state).toBe('received')
    await expect(act(room, id, ['paul', { type: 'submission' }])).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
    await expect(act(room, id, ['lucie', { type: 'completeness', items }])).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
  })

  test('a request that came back is sent again by the call that sent it first', async () => {
    const id = await walked(room, 'submission')
    await act(room, id, ['lucie', { type: 'completeness', items: [{ field: 'aim', comment: 'x' }] }])
    const before = (await readHabilitation(room, person('paul'), id)).history.length
    const again = await act(room, id, ['paul', { type: 'submission' }])
    expect(again.state).toBe('received')
    expect(again.history.slice(before)).toMatchObject([{ type: 'resubmitted', by: 'paul' }])
  })

  test('a request that was not completed in time has lapsed without anybody saying so', async () => {
    const id = await walked(room, 'submission')
    await act(room, id, ['lucie', { type: 'completeness', items: [{ field: 'aim', comment: 'x' }] }])
    room.time.now += 28 * 86_400_000 - 1
    expect(await readHabilitation(room, person('paul'), id)).toMatchObject({ state: 'awaiting_completion' })
    room.time.now += 1
    expect(await readHabilitation(room, person('paul'), id)).toMatchObject({
      state: 'lapsed',
      turn: 'nobody',
    })
    await expect(act(room, id, ['paul', { type: 'completion' }])).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
    expect(await recordExpiries(room, person('karim'))).toBe(1)
    expect(room.audit.entries.at(-1)?.body).toMatchObject({ type: 'habilitation.withdrawn', state: 'lapsed' })
    expect(await recordExpiries(room, person('karim'))).toBe(0)
  })

  test('ethics is a gate on MR_007, and only a favourable opinion opens it', async () => {
    const id = await walked(room, 'countersignatures', { ...leastBody, route: 'MR_007' })
    const decide: Step = ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }]
    const opinion = (value: 'conditions' | 'favourable'): Step => [
      'ines',
      { type: 'opinions', opinion: value, comment: '' },
    ]
    await expect(act(room, id, decide)).rejects.toMatchObject({ code: 'INCOMPLETE' })
    await act(room, id, opinion('conditions'))
    await expect(act(room, id, decide)).rejects.toMatchObject({ code: 'INCOMPLETE' })
    await act(room, id, opinion('favourable'))
    expect(await act(room, id, decide)).toMatchObject({ proposal: { decision: 'grant', by: 'claire' } })
  })

  test('an unfavourable opinion is no gate on MR_004, only shown', async () => {
    const id = await walked(room, 'countersignatures')
    await act(room, id, ['nadia', { type: 'opinions', opinion: 'unfavourable', comment: 'Trop large.' }])
    const seen = await act(room, id, [
      'claire',
      { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] },
    ])
    expect(seen.opinions).toMatchObject([{ role: 'dpo', opinion: 'unfavourable', by: 'nadia' }])
  })

  test('a decision waits for every line, and a grant for one accepted line', async () => {
    const id = await walked(room, 'completeness', { ...leastBody, lines: [...leastBody.lines, secondLine] })
    const decide: Step = ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }]
    await act(room, id, ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'decline' }])
    await expect(act(room, id, decide)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'lines[1]', message: expect.any(String) }] },
    })
    await act(room, id, ['havre', { type: 'countersignatures', dataset: 'lab-demo', decision: 'decline' }])
    await expect(act(room, id, decide)).rejects.toMatchObject({ code: 'INCOMPLETE' })
    await act(room, id, ['havre', { type: 'countersignatures', dataset: 'lab-demo', decision: 'accept' }])
    await act(room, id, decide)
    await act(room, id, ['yves', { type: 'confirmation' }])
    await act(room, id, ['paul', { type: 'acceptance' }])
    const { projectId } = await readHabilitation(room, person('paul'), id)
    const current = await room.permits.current(projectId ?? '')
    expect(current?.permit.lines).toMatchObject([
      { id: 'L2', dataset: 'lab-demo', holder: 'gh-havre', k: 20 },
    ])
  })

  test('a holder who changes its mind undoes what was proposed on its first answer', async () => {
    const id = await walked(room, 'decision')
    const seen = await act(room, id, [
      'rouen',
      { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'decline' },
    ])
    expect(seen.proposal).toBeNull()
  })

  test('a refusal is published with its reasons, and appealed once before people who did not decide', async () => {
    const id = await walked(room, 'countersignatures')
    await act(room, id, [
      'claire',
      { type: 'decision', decision: 'refuse', reasons: 'Trop large.', conditions: [] },
    ])
    expect(await act(room, id, ['yves', { type: 'confirmation' }])).toMatchObject({ state: 'refused' })
    expect(await publicRequests(room)).toMatchObject([{ state: 'refused', reasons: 'Trop large.' }])
    await act(room, id, ['paul', { type: 'appeal', reasons: 'Réduit.' }])
    const uphold: Command = { type: 'appeal-decision', upheld: true, reasons: 'Oui.' }
    await expect(act(room, id, ['yves', uphold])).rejects.toMatchObject({ code: 'CONFLICT_OF_INTEREST' })
    const third = person('claire', { subject: 'zoe' })
    expect(await actOn(room, third, { id, command: uphold })).toMatchObject({ state: 'pre_permit' })
  })

  test('a pre-permit that nobody accepts in 28 days is withdrawn', async () => {
    const id = await walked(room, 'confirmation')
    room.time.now += 28 * 86_400_000
    expect(await readHabilitation(room, person('paul'), id)).toMatchObject({ state: 'withdrawn' })
    await expect(act(room, id, ['paul', { type: 'acceptance' }])).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
  })
})
