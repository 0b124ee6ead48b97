/** The grant of one person: validated by her line manager, issued by the registrar, reviewed every year. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { listReviews, openCampaign, recordLapses } from '../../services/habilitation/campaign.ts'
import { event } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import { standingOf } from '../../services/habilitation/lifetime.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import type { Account } from '../../services/identity/person.ts'
import type { Actor } from '../../services/kernel/id.ts'
import { accountOf, directory, leastBody, openRoom, person, type Room, today } from './fixtures.ts'
import { act, granted, type Step } from './walk.ts'

const DAY_MS = 86_400_000
const alice = { issuer: 'demo', subject: 'alice' }
let room: Room
/** Accounts that differ from those of the demo, by subject. */
let changed: Record<string, Partial<Account>>
beforeEach(async () => {
  changed = {}
  const find = async (actor: Actor) => {
    const account = accountOf(actor)
    return account && { ...account, ...changed[actor.subject] }
  }
  room = await openRoom({ grants: 'individual', accounts: { ...directory, find } })
})

const validate: Step = ['sylvie', { type: 'grant-validation', person: alice }]
const issue: Step = ['rene', { type: 'grant-issue', person: alice }]
const confirm = (who: string, whom = alice): Step => [who, { type: 'grant-review', person: whom }]

/** What alice would be told now: `permit`, or rule, fact and hint. */
async function asked(project: string, who = 'alice'): Promise<string> {
  const by = { ...person(who), ...changed[who] }
  const decision = room.rulebook.decide({ by, now: room.time.now }, await room.permits.current(project))
  if (decision.effect === 'permit') return 'permit'
  const fact = Object.values(decision.fact?.with ?? {}).join()
  return [decision.code, decision.rule, fact, decision.hint?.key].join(' ')
}

async function stateOf(id: string, subject = 'alice'): Promise<unknown> {
  const { grants } = await readHabilitation(room, person('nadia'), id)
  return grants.find((one) => one.subject === subject)?.state
}

/** A project where alice has gone through both. */
async function cleared(): Promise<{ id: string; project: string }> {
  const made = await granted(room)
  await act(room, made.id, validate)
  await act(room, made.id, issue)
  return made
}

describe('a grant', () => {
  test('goes from the invitation to the access by two persons, and not before', async () => {
    changed.alice = { proofs: {} }
    const { id, project } = await granted(room)
    expect(await stateOf(id)).toBe('invited')
    expect(await asked(project)).toBe('PERSON_NOT_CLEARED person-not-granted invited hint.grant.invited')
    await expect(act(room, id, validate)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: {
        missing: ['training', 'charter', 'workstation', 'affiliation'].map((proof) => ({
          path: `proofs.${proof}`,
          message: expect.any(String),
        })),
      },
    })
    changed.alice = { proofs: { training: today + DAY_MS } }
    expect(await stateOf(id)).toBe('proofs_pending')
    expect(await asked(project)).toContain('hint.grant.proofs_pending')
    delete changed.alice
    await act(room, id, validate)
    expect(await stateOf(id)).toBe('manager_validated')
    expect(await asked(project)).toContain('manager_validated hint.grant.manager_validated')
    const seen = await act(room, id, issue)
    expect(seen.grants).toMatchObject([
      { state: 'active', validatedBy: 'sylvie', issuedBy: 'rene', lacking: [] },
    ])
    expect(await asked(project)).toBe('permit')
    expect(room.audit.entries.slice(-2).map(({ body }) => body.type)).toEqual([
      'habilitation.validated',
      'habilitation.issued',
    ])
  })

  test('is not issued before it is validated, nor validated twice', async () => {
    const { id } = await granted(room)
    await expect(act(room, id, issue)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await act(room, id, validate)
    await expect(act(room, id, validate)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await act(room, id, issue)
    await expect(act(room, id, issue)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('is not issued on a proof that lapsed since the validation', async () => {
    const { id } = await granted(room)
    await act(room, id, validate)
    changed.alice = { versions: { training: '2025-1', charter: '2026-1' } }
    await expect(act(room, id, issue)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'proofs.training' }] },
    })
  })

  test('is validated by her own line manager alone', async () => {
    const { id } = await granted(room)
    await expect(act(room, id, ['marc', validate[1]])).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const who of ['paul', 'nadia', 'claire', 'rene', 'alice'])
      await expect(act(room, id, [who, validate[1]])).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('is issued by another person than who validated, and than its own (T3)', async () => {
    const registrar = person('sylvie', { roles: ['manager', 'registrar'] })
    const { id } = await granted(room)
    await act(room, id, validate)
    const { actOn } = await import('../../services/habilitation/act.ts')
    const conflict = { code: 'CONFLICT_OF_INTEREST', facts: { rule: 'T3' } }
    await expect(actOn(room, registrar, { id, command: issue[1] })).rejects.toMatchObject(conflict)
    const own = person('alice', { roles: ['registrar'] })
    await expect(actOn(room, own, { id, command: issue[1] })).rejects.toMatchObject(conflict)
    const manager = person('alice', { roles: ['manager'] })
    changed.alice = { manager: alice }
    await expect(actOn(room, manager, { id, command: validate[1] })).rejects.toMatchObject(conflict)
  })

  test('of somebody whom the permit does not name is not there', async () => {
    const { id } = await granted(room)
    const bruno = { issuer: 'demo', subject: 'bruno' }
    await expect(act(room, id, ['rene', { type: 'grant-issue', person: bruno }])).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'person' }] },
    })
  })

  test.each(['paul', 'sylvie', 'rene', 'nadia'])('is ended by %s alone, at once', async (who) => {
    const { id, project } = await cleared()
    await act(room, id, [who, { type: 'grant-end', person: alice, reason: 'x' }])
    expect(await stateOf(id)).toBe('ended')
    expect(await asked(project)).toBe('PERSON_NOT_CLEARED person-not-granted ended hint.grant.ended')
    await expect(
      act(room, id, [who, { type: 'grant-end', person: alice, reason: 'x' }]),
    ).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('is not ended by the line manager of others', async () => {
    const persons = [...leastBody.persons, { issuer: 'demo', subject: 'bruno', profile: 'analyst' }]
    const { id } = await granted(room, { ...leastBody, persons })
    const end: Step = ['marc', { type: 'grant-end', person: alice, reason: 'x' }]
    await expect(act(room, id, end)).rejects.toMatchObject({ code: 'ROLE' })
    // She sees her own people only.
    const { grants } = await readHabilitation(room, person('marc'), id)
    expect(grants.map(({ subject }) => subject)).toEqual(['bruno'])
  })

  test('is suspended with the person, and shown so', async () => {
    const { id, project } = await cleared()
    await act(room, id, ['nadia', { type: 'suspension', reason: 'x', person: alice }])
    expect(await stateOf(id)).toBe('suspended')
    expect(await asked(project)).toContain('SUSPENDED')
  })

  test('ends with the person’s name in the permit, and begins anew with it', async () => {
    const { id } = await cleared()
    const paul = { issuer: 'demo', subject: 'paul', profile: 'analyst' }
    const amend = async (persons: readonly object[]) => {
      await act(room, id, ['paul', { type: 'amendment', patch: { persons } }])
      await act(room, id, ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }])
      await act(room, id, ['yves', { type: 'confirmation' }]).catch(() => 'one person was enough')
    }
    await amend([paul])
    expect([await stateOf(id), await stateOf(id, 'paul')]).toEqual(['ended', 'proofs_pending'])
    await amend([paul, ...leastBody.persons])
    expect(await stateOf(id)).toBe('proofs_pending')
  })
})

describe('where the node grants by permit', () => {
  beforeEach(async () => {
    room = await openRoom({ grants: 'by-permit', accounts: room.accounts })
  })

  test('a person with every proof and her line manager’s standing word has access at acceptance', async () => {
    const { id, project } = await granted(room)
    expect(await stateOf(id)).toBe('active')
    expect(await asked(project)).toBe('permit')
  })

  test.each(['training', 'charter', 'workstation', 'affiliation', 'review'])(
    'a person without %s goes the long way',
    async (proof) => {
      const { [proof as 'training']: _, ...proofs } = accountOf(alice)?.proofs ?? {}
      changed.alice = { proofs }
      const { id, project } = await granted(room)
      expect(await stateOf(id)).toBe('proofs_pending')
      delete changed.alice
      expect(await asked(project)).toContain('person-not-granted')
      await act(room, id, validate)
      await act(room, id, issue)
      expect(await asked(project)).toBe('permit')
    },
  )
})

describe('the review', () => {
  test('lapses on day 366 without anybody writing it down, and then it is written once', async () => {
    const { id, project } = await cleared()
    changed.alice = { proofs: { ...accountOf(alice)?.proofs, review: 0 } }
    const day366 = Date.parse('2027-11-20T23:00:00Z')
    // The permit outlives the year in this test.
    const { events } = (await room.registry.read(id)) ?? { events: [] }
    const current = await room.permits.current(project)
    if (current === null) throw new Error('no permit')
    const standing = standingOf(fold(id, events), current.permit.lines)
    const longer = {
      ...current,
      standing,
      permit: {
        ...current.permit,
        exp: day366,
        persons: current.permit.persons.map((one) => ({ ...one, exp: day366 })),
      },
    }
    expect(standing.grants).toMatchObject([{ leadUntil: day366, managerUntil: day366 }])
    const at = (now: number) =>
      room.rulebook.decide(
        { by: { ...person('alice'), ...changed.alice }, now },
        {
          ...longer,
          permit: {
            ...longer.permit,
            exp: day366 / 1000 + 1,
            persons: longer.permit.persons.map((one) => ({ ...one, exp: day366 / 1000 + 1 })),
          },
        },
      )
    expect(at(day366 - 1)).toMatchObject({ effect: 'permit' })
    expect(at(day366)).toMatchObject({
      code: 'PERSON_NOT_CLEARED',
      fact: { with: { proofs: 'review (2027-11-21)' } },
      hint: { key: 'hint.renew.review' },
    })
  })

  test('of a campaign wants both words by its last day; silence suspends, and late words bring her back', async () => {
    const { id, project } = await cleared()
    await openCampaign(room, person('nadia'), { due: '2026-12-01' })
    expect(await listReviews(room, person('sylvie'))).toMatchObject([
      { habilitation: id, subject: 'alice', dueAt: '2026-12-01T23:00:00.000Z', awaits: ['lead', 'manager'] },
    ])
    room.time.now += DAY_MS
    await act(room, id, confirm('paul'))
    expect(await listReviews(room, person('paul'))).toMatchObject([{ awaits: ['manager'] }])
    room.time.now = Date.parse('2026-12-01T22:59:59.999Z')
    expect(await asked(project)).toBe('permit')
    expect(await recordLapses(room, person('karim'))).toBe(0)
    room.time.now += 1
    expect(await asked(project)).toBe(
      'PERSON_NOT_CLEARED person-not-cleared review (2026-12-02) hint.renew.review',
    )
    expect(await stateOf(id)).toBe('suspended')
    expect([await recordLapses(room, person('karim')), await recordLapses(room, person('karim'))]).toEqual([
      1, 0,
    ])
    expect(room.audit.entries.at(-1)?.body).toMatchObject({ type: 'habilitation.lapsed' })
    await act(room, id, confirm('sylvie'))
    expect(await asked(project)).toBe('permit')
    const { clocks } = await readHabilitation(room, person('paul'), id)
    expect(clocks.find((clock) => clock.id === 'review.grant')).toMatchObject({
      dueAt: '2027-11-21T23:00:00.000Z',
    })
  })

  test('of a campaign wants the word of the lead as well, whatever the line manager said', async () => {
    const { id, project } = await cleared()
    await openCampaign(room, person('nadia'), { due: '2026-12-01' })
    room.time.now += DAY_MS
    await act(room, id, confirm('sylvie'))
    room.time.now = Date.parse('2026-12-01T23:00:00Z')
    expect(await asked(project)).toContain('review')
  })

  test('is nobody’s own to give: for the lead, the line manager gives both words', async () => {
    const paul = { issuer: 'demo', subject: 'paul' }
    const { id } = await granted(room, { ...leastBody, persons: [{ ...paul, profile: 'analyst' }] })
    await act(room, id, ['sylvie', { type: 'grant-validation', person: paul }])
    await act(room, id, ['rene', { type: 'grant-issue', person: paul }])
    await openCampaign(room, person('nadia'), { due: '2026-12-01' })
    room.time.now += DAY_MS
    await expect(act(room, id, confirm('paul', paul))).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    await act(room, id, confirm('sylvie', paul))
    expect(await listReviews(room, person('nadia'))).toMatchObject([{ awaits: [] }])
  })

  test('is asked for by the DPO alone, until a day to come that is not far', async () => {
    await cleared()
    await expect(openCampaign(room, person('claire'), { due: '2026-12-01' })).rejects.toMatchObject({
      code: 'ROLE',
    })
    for (const due of ['2026-11-21', '2027-02-20'])
      await expect(openCampaign(room, person('nadia'), { due })).rejects.toMatchObject({
        code: 'INCOMPLETE',
        facts: { missing: [{ path: 'due' }] },
      })
  })

  test('of the last period is asked once the access is over, and recorded once', async () => {
    const { id } = await cleared()
    const review: Step = ['nadia', { type: 'access-review', conclusion: 'nothing', comment: 'Rien.' }]
    await expect(act(room, id, review)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    const over = await act(room, id, ['paul', { type: 'renunciation' }])
    expect(over.clocks.map((clock) => clock.id)).toContain('review.end')
    const reviewed = await act(room, id, review)
    expect(reviewed.accessReview).toMatchObject({ conclusion: 'nothing', by: 'nadia' })
    expect(reviewed.clocks.map((clock) => clock.id)).not.toContain('review.end')
    await expect(act(room, id, review)).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })
})

test('an event of before there were grants leaves its persons the access that the permit gave', async () => {
  const { id } = await granted(room)
  const { events } = (await room.registry.read(id)) ?? { events: [] }
  const old = events.map((one) => {
    const { grants: _, ...rest } = one as typeof one & { grants?: unknown }
    return event.parse(rest)
  })
  expect(fold(id, old).grants).toMatchObject([{ subject: 'alice', stored: 'active' }])
  expect(fold(id, events).grants).toMatchObject([{ subject: 'alice', stored: 'invited' }])
})
