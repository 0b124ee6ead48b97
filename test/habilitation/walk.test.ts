/** The walk of a request through actOn: who, what, in which state, and what is left in the log. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { publicRequests } from '../../services/habilitation/publication.ts'
import { listHabilitations, readHabilitation, readProject } from '../../services/habilitation/read.ts'
import { leastBody, openRoom, person, type Room, secondLine } from './fixtures.ts'
import { act, granted, opened, type Step, steps, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

describe('the ordinary walk', () => {
  test('goes through its states, one owner of the ball at a time', async () => {
    const id = await opened(room)
    const seen: string[][] = []
    for (const step of steps) {
      const { state, turn } = await act(room, id, step)
      seen.push([step[1].type, state, turn])
    }
    expect(seen).toEqual([
      ['submission', 'received', 'secretariat'],
      ['completeness', 'under_assessment', 'holder'],
      ['countersignatures', 'under_assessment', 'authority'],
      ['decision', 'under_assessment', 'authority'],
      ['confirmation', 'pre_permit', 'lead'],
      ['acceptance', 'active', 'lead'],
    ])
  })

  test('the draft is complete as the contract writes it, and read back with its members', async () => {
    const id = await opened(room)
    const read = await readHabilitation(room, person('paul'), id)
    expect(read).toMatchObject({
      id: 'D-2026-0001',
      state: 'draft',
      missing: [],
      projectId: null,
      title: leastBody.title,
    })
    expect(read.lines[0]).toMatchObject({
      dataset: 'pmsi-demo',
      id: 'L1',
      holder: 'chu-rouen',
      state: 'pending',
    })
    expect(read.clocks).toEqual([])
  })

  test('acceptance gives the project its id, a signed permit, and starts to seal', async () => {
    const { id, project } = await granted(room)
    expect(project).toBe('FR-NOR-2026-000001')
    expect(await readHabilitation(room, person('paul'), id)).toMatchObject({
      projectId: project,
      state: 'active',
    })
    expect(room.effected).toEqual([{ effect: 'seal', project }])
    const shown = await readProject(room, person('alice'), project)
    expect(shown).toMatchObject({
      id: project,
      status: 'active',
      purposes: ['SNDS-III-6'],
      permit: { id: `${project}-v1`, version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      lines: [{ id: 'L1', dataset: 'pmsi-demo', state: 'open' }],
      from: '2026-11-21',
      until: '2027-10-31',
      endsAt: '2027-10-31T23:00:00.000Z',
    })
  })

  test('the star is every column of the descriptor, once signed; a named list keeps its order', async () => {
    const { project } = await granted(room)
    const current = await room.permits.current(project)
    expect(current?.permit.lines[0]?.tables).toEqual({
      patients: { columns: ['patient_id', 'department', 'sex'] },
      stays: {
        columns: ['stay_id', 'patient_id', 'admission_date'],
        filter: "admission_date >= DATE '2022-01-01'",
      },
    })
    expect(current?.permit.lines[0]?.population).toEqual(leastBody.lines[0].population)
  })

  test('leaves one entry per event before its row, and no text of anybody in it', async () => {
    const { project } = await granted(room)
    expect(room.audit.entries.map(({ body }) => body.type)).toEqual([
      'habilitation.opened',
      'habilitation.requested',
      'habilitation.completed',
      'habilitation.countersigned',
      'habilitation.proposed',
      'habilitation.confirmed',
      'habilitation.granted',
    ])
    const last = room.audit.entries.at(-1)
    expect(last).toMatchObject({
      body: { state: 'active', permit: { version: 1 } },
      about: { project, holders: ['chu-rouen'] },
    })
    const bodies = JSON.stringify(room.audit.entries.map(({ body }) => body))
    expect(bodies).not.toContain('Complet.')
    expect(await room.registry.lastRecorded(room.audit.origin)).toBe(room.audit.entries.length - 1)
  })

  test('the public register shows a request from its submission', async () => {
    await opened(room)
    expect(await publicRequests(room)).toEqual([])
    await walked(room, 'submission')
    const [shown] = await publicRequests(room)
    expect(shown).toMatchObject({
      state: 'received',
      datasets: ['pmsi-demo'],
      receivedAt: '2026-11-21T09:00:00.000Z',
    })
    expect(JSON.stringify(shown)).not.toMatch(/alice|paul|justification/)
  })
})

describe('who may do what', () => {
  test.each([
    ['alice', 'opening', 'ROLE'],
    ['bruno', 'opening', 'ROLE'],
    ['nadia', 'opening', 'ROLE'],
  ])('%s may not open a request', async (who) => {
    const command = { type: 'opening', request: leastBody } as const
    await expect(actOn(room, person(who), { command })).rejects.toMatchObject({ code: 'ROLE' })
  })

  const wrongHands: readonly (readonly [after: string, step: Step, code: string])[] = [
    ['submission', ['bruno', { type: 'completeness', complete: true }], 'ROLE'],
    ['submission', ['claire', { type: 'completeness', complete: true }], 'ROLE'],
    ['submission', ['lucie', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }], 'ROLE'],
    ['submission', ['paul', { type: 'submission' }], 'WRONG_STATE'],
    [
      'submission',
      ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }],
      'WRONG_STATE',
    ],
    ['submission', ['paul', { type: 'change', patch: { title: 'x' } }], 'WRONG_STATE'],
    [
      'completeness',
      // Who may not read a request is told what is told of one that is not there.
      ['havre', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }],
      'NOT_FOUND',
    ],
    [
      'completeness',
      ['rouen', { type: 'countersignatures', dataset: 'lab-demo', decision: 'accept' }],
      'ROLE',
    ],
    [
      'completeness',
      ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }],
      'INCOMPLETE',
    ],
    ['completeness', ['claire', { type: 'confirmation' }], 'WRONG_STATE'],
    ['decision', ['claire', { type: 'confirmation' }], 'CONFLICT_OF_INTEREST'],
    ['decision', ['paul', { type: 'acceptance' }], 'WRONG_STATE'],
    ['confirmation', ['alice', { type: 'acceptance' }], 'ROLE'],
    ['acceptance', ['alice', { type: 'suspension', reason: 'x' }], 'ROLE'],
    ['acceptance', ['lucie', { type: 'suspension', reason: 'x' }], 'ROLE'],
    ['acceptance', ['nadia', { type: 'revocation', reason: 'x' }], 'ROLE'],
    ['acceptance', ['nadia', { type: 'lift' }], 'INCOMPLETE'],
  ]
  test.each(wrongHands)('after %s, %j is refused with %s', async (after, step, code) => {
    const id = await walked(room, after)
    const before = room.audit.entries.length
    await expect(act(room, id, step)).rejects.toMatchObject({ code })
    expect(room.audit.entries.length).toBe(before)
  })

  test('a draft is hidden from everybody but its applicant and members', async () => {
    const id = await opened(room)
    for (const who of ['bruno', 'nadia', 'rouen', 'louis']) {
      await expect(readHabilitation(room, person(who), id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await listHabilitations(room, person(who))).toEqual([])
    }
    expect(await readHabilitation(room, person('alice'), id)).toMatchObject({ id })
  })

  test('a draft answers who may not see it as an unknown request does, whatever they ask', async () => {
    const id = await opened(room)
    const asked: Step[] = [
      ['lucie', { type: 'completeness', complete: true }],
      ['nadia', { type: 'suspension', reason: 'x' }],
      ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }],
      ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }],
    ]
    for (const step of asked) {
      await expect(act(room, id, step)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(act(room, 'D-2026-9999', step)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('a holder reads its own lines only, and not who the persons are', async () => {
    const id = await walked(room, 'submission', { ...leastBody, lines: [...leastBody.lines, secondLine] })
    const seen = await readHabilitation(room, person('havre'), id)
    expect(seen.lines.map(({ dataset }) => dataset)).toEqual(['lab-demo'])
    expect(seen).not.toHaveProperty('persons')
    expect(seen.lines[0]?.toSign).toContain('"dataset":"lab-demo"')
  })

  test('an unknown request is not found', async () => {
    await expect(act(room, 'D-2026-9999', ['paul', { type: 'submission' }])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('a member of the request does not instruct it, whatever the role', async () => {
    const persons = [...leastBody.persons, { issuer: 'demo', subject: 'claire', profile: 'analyst' }]
    const id = await walked(room, 'countersignatures', { ...leastBody, persons })
    const step: Step = ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }]
    await expect(act(room, id, step)).rejects.toMatchObject({ code: 'CONFLICT_OF_INTEREST' })
  })

  test('a colleague of the lead gives no opinion, but a signatory of the same hospital may sign its line', async () => {
    const id = await walked(room, 'completeness')
    const colleague = person('nadia', { organisation: 'chu-rouen' })
    const command = { type: 'opinions', opinion: 'favourable', comment: '' } as const
    await expect(actOn(room, colleague, { id, command })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    expect(await act(room, id, ['rouen', steps[2]?.[1] as Step[1]])).toMatchObject({
      state: 'under_assessment',
    })
  })

  test('a signatory who is a member does not sign', async () => {
    const persons = [...leastBody.persons, { issuer: 'demo', subject: 'rouen', profile: 'analyst' }]
    const id = await walked(room, 'completeness', { ...leastBody, persons })
    const step: Step = ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }]
    await expect(act(room, id, step)).rejects.toMatchObject({ code: 'CONFLICT_OF_INTEREST' })
  })

  test('whoever declared completeness neither proposes nor confirms', async () => {
    const id = await opened(room)
    await act(room, id, ['paul', { type: 'submission' }])
    const both = person('lucie', { roles: ['secretariat', 'authority'] })
    await actOn(room, both, { id, command: { type: 'completeness', complete: true } })
    await act(room, id, ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }])
    const command = { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] } as const
    await expect(actOn(room, both, { id, command })).rejects.toMatchObject({ code: 'CONFLICT_OF_INTEREST' })
    await act(room, id, ['claire', command])
    await expect(actOn(room, both, { id, command: { type: 'confirmation' } })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
  })
})
