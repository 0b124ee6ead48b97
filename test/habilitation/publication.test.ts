/** What a request says in public at each turn of its life, and what it never says. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { withoutContacts } from '../../services/habilitation/contacts.ts'
import { type Names, publicRequests } from '../../services/habilitation/publication.ts'
import { leastBody, openRoom, type Room, secondLine, today } from './fixtures.ts'
import { act, granted, opened, type Step, walked } from './walk.ts'

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const dayMs = 86_400_000
const nobody: Names = { organisation: (id) => id, person: () => undefined }
async function shown(names: Names = nobody) {
  const [one] = await publicRequests(room, names)
  if (one === undefined) throw new Error('nothing is public')
  return one
}
const factsOf = async () => (await shown()).facts.map(({ fact }) => fact)

describe('a request in public', () => {
  test('has no decision and no aim before it is decided, and both after', async () => {
    const id = await walked(room, 'countersignatures')
    const before = await shown()
    expect(before).toMatchObject({ state: 'under_assessment', decision: null, versions: [] })
    expect(before).not.toHaveProperty('aim')
    expect(before).not.toHaveProperty('objectives')
    const decided: Step = [
      'claire',
      {
        type: 'decision',
        decision: 'grant',
        reasons: 'Interne.',
        conditions: [{ text: 'Publier les résultats.', clause: 'lines' }],
      },
    ]
    await act(room, id, decided)
    expect((await shown()).decision).toBeNull()
    await act(room, id, ['yves', { type: 'confirmation' }])
    const after = await shown()
    expect(after).toMatchObject({
      state: 'pre_permit',
      aim: leastBody.aim,
      decision: { outcome: 'granted', conditions: ['Publier les résultats.'] },
    })
    expect(JSON.stringify(after)).not.toContain('Interne.')
  })

  test('is what was sent, not what is being rewritten', async () => {
    const id = await walked(room, 'submission')
    const items = [{ field: 'title', comment: 'Trop vague.' }]
    await act(room, id, ['lucie', { type: 'completeness', items } as Step[1]])
    await act(room, id, [
      'paul',
      { type: 'change', patch: { title: 'Un autre titre' } } as unknown as Step[1],
    ])
    expect((await shown()).title).toBe(leastBody.title)
    await act(room, id, ['paul', { type: 'submission' }])
    expect((await shown()).title).toBe('Un autre titre')
  })

  test('is granted in part where a holder declined its line', async () => {
    const id = await opened(room, { ...leastBody, lines: [...leastBody.lines, secondLine] })
    const acts: readonly Step[] = [
      ['paul', { type: 'submission' }],
      ['lucie', { type: 'completeness', complete: true }],
      ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }],
      ['havre', { type: 'countersignatures', dataset: 'lab-demo', decision: 'decline', comment: 'Non.' }],
      ['claire', { type: 'decision', decision: 'grant', reasons: 'Oui.', conditions: [] }],
      ['yves', { type: 'confirmation' }],
    ]
    for (const step of acts) await act(room, id, step)
    const one = await shown()
    expect(one.decision?.outcome).toBe('partial')
    expect(JSON.stringify(one)).not.toContain('Non.')
  })

  test('is refused with the reasons, until an appeal is upheld', async () => {
    const id = await walked(room, 'countersignatures')
    const refuse: Step = [
      'claire',
      { type: 'decision', decision: 'refuse', reasons: 'Trop large.', conditions: [] },
    ]
    await act(room, id, refuse)
    expect(await shown()).not.toHaveProperty('reasons')
    await act(room, id, ['yves', { type: 'confirmation' }])
    expect(await shown()).toMatchObject({ reasons: 'Trop large.', decision: { outcome: 'refused' } })
    await act(room, id, ['paul', { type: 'appeal', reasons: 'Secret du recours.' }])
    expect(JSON.stringify(await shown())).not.toContain('Secret du recours.')
    expect(await factsOf()).toEqual(['received', 'refused', 'appealed'])
  })

  test('shows a suspension and its end as facts, without reason, and not at all that of a person', async () => {
    const { id } = await granted(room)
    const alice = { issuer: 'demo', subject: 'alice' }
    await act(room, id, ['nadia', { type: 'suspension', reason: 'Secret A.', person: alice }])
    expect(await factsOf()).toEqual(['received', 'granted', 'permit-issued'])
    await act(room, id, ['nadia', { type: 'suspension', reason: 'Secret B.', line: 'pmsi-demo' }])
    await act(room, id, ['karim', { type: 'suspension', reason: 'Secret C.' }])
    expect((await factsOf()).slice(3)).toEqual(['suspended-in-part', 'suspended'])
    expect(JSON.stringify(await shown())).not.toMatch(/Secret|alice/)
  })

  test('shows an amendment as a diff of its public clauses, and counts the others', async () => {
    const { id } = await granted(room)
    const patch = {
      accessPeriod: { from: '2026-11-01', until: '2027-06-30' },
      lines: [{ ...leastBody.lines[0], tables: { stays: { columns: ['stay_id', 'admission_date'] } } }],
    }
    await act(room, id, ['paul', { type: 'amendment', patch }])
    await act(room, id, ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }])
    expect((await shown()).versions).toHaveLength(1)
    await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }])
    await act(room, id, ['yves', { type: 'confirmation' }])
    const { versions, accessPeriod } = await shown()
    expect(accessPeriod?.until).toBe('2027-06-30')
    expect(versions[1]).toMatchObject({
      version: 2,
      changes: [{ path: 'accessPeriod.until', added: ['2027-06-30'], removed: ['2027-10-31'] }],
    })
    expect(versions[1]?.otherChanges).toBeGreaterThan(0)
    expect(JSON.stringify(versions)).not.toMatch(/stay_id|columns/)
  })

  test('ends by itself on its last day, and its results are overdue 18 months later', async () => {
    await granted(room)
    room.time.now = Date.parse('2027-10-31T22:59:59Z')
    expect(await shown()).toMatchObject({ state: 'active', endedAt: null, results: null })
    room.time.now = Date.parse('2027-10-31T23:00:00Z')
    expect(await shown()).toMatchObject({
      state: 'expired',
      endedAt: '2027-10-31T23:00:00.000Z',
      results: { overdue: false },
    })
    expect(await factsOf()).toEqual(['received', 'granted', 'permit-issued', 'ended'])
    const dueAt = Date.parse((await shown()).results?.dueAt ?? '')
    expect(new Date(dueAt).toISOString()).toBe('2029-05-01T22:00:00.000Z')
    room.time.now = dueAt + 1
    expect(await shown()).toMatchObject({ results: { overdue: true } })
  })

  test('ends once where somebody ended it, with the hash of the certificate', async () => {
    const { id } = await granted(room)
    await act(room, id, ['paul', { type: 'renunciation' }])
    expect((await factsOf()).at(-1)).toBe('renounced')
    const { certificate } = await act(room, id, ['karim', { type: 'closure' }])
    expect((await shown()).certificate).toBe(certificate?.sha256)
    expect((await factsOf()).filter((fact) => fact === 'ended' || fact === 'renounced')).toEqual([
      'renounced',
    ])
  })

  test('that nobody completed or accepted in time ends by itself', async () => {
    const id = await walked(room, 'submission')
    const items = [{ field: 'title', comment: 'Trop vague.' }]
    await act(room, id, ['lucie', { type: 'completeness', items } as Step[1]])
    room.time.now = today + 28 * dayMs
    expect(await shown()).toMatchObject({
      state: 'lapsed',
      endedAt: new Date(today + 28 * dayMs).toISOString(),
    })
  })

  test('keeps contacts and names of its persons out of every text', async () => {
    const body = {
      ...leastBody,
      title: 'Étude de Alice Martin',
      summaryLay: 'Écrivez à MARTIN alice, alice.martin@chu.example ou au 02 35 12 34 56.',
    }
    await walked(room, 'submission', body)
    const names = {
      ...nobody,
      person: ({ subject }: { subject: string }) => (subject === 'alice' ? 'Alice Martin' : undefined),
    }
    const { title, summaryLay } = await shown(names)
    expect(title).toBe('Étude de […]')
    expect(summaryLay).toBe('Écrivez à […], […] ou au […].')
  })
})

test.each([
  ['joindre j.dupont+etude@chu-rouen.fr demain', 'joindre […] demain'],
  ['tél. +33 (0)2 35 12 34 56', 'tél. […]'],
  ['tél. 0235123456.', 'tél. […].'],
  ['NIR 1 85 05 78 006 084 91', 'NIR […]'],
  ['NIR 2850578006084', 'NIR […]'],
  [
    'de 2015 à 2024, 12 000 séjours et 5 000 000 patients',
    'de 2015 à 2024, 12 000 séjours et 5 000 000 patients',
  ],
  ['déclaration 2234567, DR-2026-117', 'déclaration 2234567, DR-2026-117'],
])('%s', (text, cleared) => {
  expect(withoutContacts(text)).toBe(cleared)
})

test('a name of one word is a word, and a name with signs of a pattern is a name', () => {
  expect(withoutContacts('Hôpital Paul, rue Paul', ['Paul'])).toBe('Hôpital Paul, rue Paul')
  expect(withoutContacts('Mme Le.Goff (Anne) et Anne Le.Goff', ['Anne Le.Goff'])).toBe(
    'Mme Le.Goff (Anne) et […]',
  )
})
