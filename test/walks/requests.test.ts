/** Ten requests of ten kinds, by HTTP alone, on a whole node: each goes its route and comes to its proper end. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { addDays, parisDay } from '../../services/kernel/clock.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
const today = new Date().toISOString().slice(0, 10)
const field = (name: string, about: object = {}) => ({ name, type: 'string', ...about })
const dataset = (name: string, holder: string, kind: 'personal' | 'non-personal') => ({
  ...{ name, title: name, description: name, kind, holder },
  ...(kind === 'personal' && { domain: 'patients-normandie', threshold: 11 }),
  resources: [
    {
      name: 'facts',
      schema: {
        fields: [field('who', kind === 'personal' ? { role: 'unit' } : {}), field('place'), field('what')],
      },
    },
  ],
})

beforeAll(async () => {
  node = await openTestNode()
  for (const [as, body] of [
    ['rouen', dataset('stays', 'chu-rouen', 'personal')],
    ['rouen', dataset('beds', 'chu-rouen', 'non-personal')],
    ['havre', dataset('labs', 'gh-havre', 'personal')],
  ] as const) {
    expect(await node.call('POST', '/api/v1/datasets', { as, body })).toMatchObject({ status: 201 })
  }
}, 120_000)
afterAll(() => node?.close())

const line = (name: string, columns: '*' | readonly string[] = '*') => ({
  dataset: name,
  justification: 'Its facts are what is studied.',
  tables: { facts: { columns } },
})
const common = {
  title: 'A study',
  summaryLay: 'We count facts.',
  publicInterest: 'Better care.',
  aim: 'Count.',
  kind: 'PERSONAL_HEALTH',
  route: 'MR_004',
  routeReference: '2234567',
  purposes: ['SNDS-III-6'],
  objectives: [{ id: 'O1', label: 'Counts' }],
  lines: [line('stays')],
  persons: [{ issuer: 'demo', subject: 'alice', profile: 'analyst' }],
  accessPeriod: { from: today, until: addDays(today, 200) },
  prohibitions: 'none',
  disclosure: { mode: 'guarded' },
}

type Act = readonly [who: string, call: string, body?: object]
const submit: Act = ['paul', 'submission']
const complete: Act = ['lucie', 'completeness', { complete: true }]
const accept = (who: string, name: string): Act => [
  who,
  'countersignatures',
  { dataset: name, decision: 'accept' },
]
const propose: Act = ['claire', 'decision', { decision: 'grant', reasons: 'In the public interest.' }]
const confirm: Act = ['yves', 'confirmation']
const take: Act = ['paul', 'acceptance']
const grant: readonly Act[] = [propose, confirm, take]
const toAssessment: readonly Act[] = [submit, complete]

async function open(body: object): Promise<string> {
  const opened = await node.call('POST', '/api/v1/habilitations', {
    as: 'paul',
    body: { ...common, ...body },
  })
  expect(opened.status).toBe(201)
  return opened.json.id
}

const act = (id: string, [as, call, body = {}]: Act) =>
  node.call('POST', `/api/v1/habilitations/${id}/${call}`, { as, body })

/** Every act goes through; the request after the last. */
async function walk(id: string, ...acts: readonly Act[]) {
  let last: Awaited<ReturnType<typeof act>> = { status: 0, json: null }
  for (const one of acts) {
    last = await act(id, one)
    expect({ act: one, status: last.status, missing: last.json.missing ?? [] }).toMatchObject({
      act: one,
      status: 200,
    })
  }
  return last.json
}

/** The paths of what an act is refused for. */
async function lacks(id: string, one: Act): Promise<readonly string[]> {
  const { status, json } = await act(id, one)
  expect({ status, code: json.code }).toEqual({ status: 422, code: 'INCOMPLETE' })
  return json.missing.map(({ path }: { path: string }) => path)
}

const change = (id: string, body: object) =>
  node.call('PATCH', `/api/v1/habilitations/${id}`, { as: 'paul', body })

async function simulated(project: string, more: object = {}) {
  const body = { person: { issuer: 'demo', subject: 'alice' }, project, ...more }
  const { json } = await node.call('POST', '/api/v1/habilitations/simulation', { as: 'nadia', body })
  return json.decision === 'permit' ? 'permit' : json.code
}

describe('ten requests', () => {
  test('1. a clinician under MR-004: granted, used, renounced, destroyed and attested', async () => {
    const id = await open({})
    const { projectId } = await walk(id, ...toAssessment, accept('rouen', 'stays'), ...grant)
    expect(await simulated(projectId, { dataset: 'stays' })).toBe('permit')
    await walk(id, ['paul', 'renunciation'])
    expect(await simulated(projectId)).toBe('EXPIRED')
    expect(await walk(id, ['karim', 'closure'], ['nadia', 'attestation'])).toMatchObject({ state: 'closed' })
    const { json } = await node.call('GET', `/api/v1/habilitations/${id}/certificate`, { as: 'paul' })
    expect(json).toMatchObject({
      certificate: { habilitation: id, project: projectId, permits: [{ version: 1 }] },
      attested: { by: 'nadia' },
    })
    const keys = await node.call('GET', '/.well-known/huisclos-certificate-jwks.json')
    const [head] = json.jws.split('.')
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
    expect(keys.json.keys).toMatchObject([{ kid, kty: 'EC', alg: 'ES256' }])
    expect(JSON.stringify(keys.json)).not.toContain('"d"')
  })

  test('2. the bed occupancy of the region, second kind: light as long as no personal table is asked for', async () => {
    const body = {
      ...{ kind: 'SECTOR_USEFUL', route: 'NON_PERSONNELLE', organisationKind: 'COLLECTIVITE' },
      lines: [line('beds')],
    }
    const moved = await open({ ...body, lines: [line('beds'), line('stays')] })
    expect(await lacks(moved, submit)).toEqual(['route'])
    const id = await open(body)
    await change(id, { routeReference: null })
    const { state, projectId } = await walk(id, ...toAssessment, accept('rouen', 'beds'), ...grant)
    expect(state).toBe('active')
    const patch = { lines: [line('beds'), line('stays')] }
    expect(await lacks(id, ['paul', 'amendment', { patch }])).toEqual(['lines[1].dataset'])
    expect(await simulated(projectId, { dataset: 'stays' })).toBe('LINE_CLOSED')
  })

  test('3. an industrial applicant cannot skip the extra duty', async () => {
    const id = await open({ organisationKind: 'PRODUCTEUR_PRODUIT_SANTE' })
    expect(await lacks(id, submit)).toEqual(['extraDuty'])
    await change(id, { extraDuty: { mode: 'INTERMEDIAIRE_INDEPENDANT', evidence: 'Contract 2026-4' } })
    expect(await lacks(id, submit)).toEqual(['implementer', 'persons[0]'])
    await change(id, {
      implementer: 'An independent laboratory',
      persons: [{ issuer: 'demo', subject: 'bruno', profile: 'analyst' }],
    })
    const after = await walk(id, ...toAssessment, accept('rouen', 'stays'), ...grant)
    expect(after).toMatchObject({ state: 'active', extraDuty: { mode: 'INTERMEDIAIRE_INDEPENDANT' } })
  })

  test('4. a teaching project waits for the opinion of the DPO, which its route asks for', async () => {
    const teaching = { purposes: ['EHDS-53-1-d'], kind: 'SECTOR_USEFUL', route: 'RGPD_HORS_SANTE' }
    const id = await open({ ...teaching, lines: [line('beds')] })
    expect(await lacks(id, submit)).toEqual(['legalBasis'])
    await change(id, { legalBasis: ['GDPR-6-1-e'] })
    await walk(id, ...toAssessment, accept('rouen', 'beds'))
    expect(await lacks(id, propose)).toEqual(['opinions.dpo'])
    const opinion = (word: string): Act => ['nadia', 'opinions', { opinion: word, comment: 'Read.' }]
    await walk(id, opinion('unfavourable'))
    expect(await lacks(id, propose)).toEqual(['opinions.dpo'])
    expect(await walk(id, opinion('conditions'), ...grant)).toMatchObject({ state: 'active' })
  })

  test('5. marketing is refused twice: a prohibited use is not submitted, a disguised one is refused in public', async () => {
    const prohibitions = ['SNDS-V-1', 'SNDS-V-2'].map((code, i) => ({ code, answer: i === 0 ? 'yes' : 'no' }))
    const id = await open({ title: 'Prescribers by product', prohibitions })
    expect(await lacks(id, submit)).toContain('prohibitions[0]')
    await change(id, { prohibitions: 'none' })
    const reasons = 'It promotes a product to professionals.'
    const refuse: Act = ['claire', 'decision', { decision: 'refuse', reasons }]
    await walk(id, ...toAssessment, accept('rouen', 'stays'), refuse)
    expect(await walk(id, confirm)).toMatchObject({ state: 'refused', projectId: null })
    const register = await node.call('GET', '/transparence.json')
    const told = register.json.requests.find((one: { id: string }) => one.id === id)
    expect(told).toMatchObject({ state: 'refused', reasons })
    await walk(id, ['paul', 'appeal', { reasons: 'We disagree.' }])
    const decided: Act = ['claire', 'appeal-decision', { upheld: true, reasons: 'x' }]
    expect((await act(id, decided)).json).toMatchObject({ code: 'CONFLICT_OF_INTEREST', rule: 'T10' })
    // The third person of the authority decided nothing before.
    const upheld: Act = ['odile', 'appeal-decision', { upheld: true, reasons: 'x' }]
    expect(await walk(id, upheld)).toMatchObject({ state: 'pre_permit' })
    expect(await walk(id, take)).toMatchObject({ state: 'active' })
  })

  test('6. an emergency goes ahead of the ethics committee, for 30 days at most, and once', async () => {
    const id = await open({ route: 'MR_007', emergency: { reason: 'An outbreak of measles.' } })
    expect(await lacks(id, submit)).toEqual(['accessPeriod.until'])
    await change(id, { accessPeriod: { from: today, until: addDays(today, 29) } })
    const granted = await walk(id, ...toAssessment, accept('rouen', 'stays'), ...grant)
    expect(granted.clocks[0]).toMatchObject({ id: 'emergency.opinions', late: false })
    const [due, since] = [granted.clocks[0].dueAt, granted.clocks[0].startedAt].map(Date.parse)
    expect(Number(due) - Number(since)).toBe(15 * 86_400_000)
    // A day of Paris, which late in the evening is not that of UTC.
    const last = parisDay(Number(due))
    const later = addDays(last, 1)
    expect(await simulated(granted.projectId, { date: addDays(last, -1) })).toBe('permit')
    expect(await simulated(granted.projectId, { date: later })).toBe('SUSPENDED')
    expect(await lacks(id, ['paul', 'renewal', { until: addDays(today, 60) }])).toContain('until')
    const heard = await walk(id, ['ines', 'opinions', { opinion: 'favourable', comment: 'Heard.' }])
    expect(heard.clocks.map((clock: { id: string }) => clock.id)).not.toContain('emergency.opinions')
    expect(await simulated(granted.projectId, { date: later })).toBe('permit')
  })

  test('7. MR-007 is granted on a favourable opinion of the ethics committee, and on nothing less', async () => {
    const id = await open({ route: 'MR_007' })
    await walk(id, ...toAssessment, accept('rouen', 'stays'))
    const opinion = (word: string): Act => ['ines', 'opinions', { opinion: word, comment: 'Read.' }]
    for (const word of ['recused', 'conditions']) {
      await walk(id, opinion(word))
      expect(await lacks(id, propose)).toEqual(['opinions.ethics'])
    }
    expect(await walk(id, opinion('favourable'), ...grant)).toMatchObject({ state: 'active' })
  })

  test('8. two hospitals under an authorisation of the CNIL: one declines, the permit works for the other', async () => {
    const route = { route: 'AUTORISATION_CNIL', cnilReference: 'DR-2026-7', agreementRef: 'CONV-2026-8' }
    const id = await open({ ...route, lines: [line('stays'), line('labs')] })
    await walk(id, ...toAssessment, accept('rouen', 'stays'))
    expect(await lacks(id, propose)).toContain('lines[1]')
    const { projectId } = await walk(
      id,
      ['havre', 'countersignatures', { dataset: 'labs', decision: 'decline', comment: 'Not these.' }],
      ['lucie', 'external-references', { kind: 'cnil', reference: 'DR-2026-7' }],
      ['ines', 'opinions', { opinion: 'conditions', comment: 'Yes, if.' }],
      ...grant,
    )
    expect(await simulated(projectId, { dataset: 'stays' })).toBe('permit')
    expect(await simulated(projectId, { dataset: 'labs' })).toBe('LINE_CLOSED')
  })

  test('9. a study that comes back once, is asked a question, answers, and is withdrawn by its lead', async () => {
    const id = await open({})
    const items = [{ field: 'aim', comment: 'Which facts?' }]
    await walk(id, submit, ['lucie', 'completeness', { items }])
    await change(id, { aim: 'Count the stays of winter.' })
    await walk(id, ['paul', 'completion'], complete, ['nadia', 'questions', { items }])
    const asked = await node.call('GET', `/api/v1/habilitations/${id}`, { as: 'paul' })
    expect(asked.json.clocks).toMatchObject([{ id: 'decision', suspendedAt: expect.any(String) }])
    const answered = await walk(id, ['paul', 'answers', { items: [{ field: 'aim', comment: 'Stays.' }] }])
    expect(answered.clocks[0]).not.toHaveProperty('suspendedAt')
    expect(await walk(id, ['paul', 'withdrawal'])).toMatchObject({ state: 'withdrawn', turn: 'nobody' })
    expect((await act(id, propose)).json).toMatchObject({ code: 'WRONG_STATE' })
  })

  test('10. a mandated body on a reserved purpose: narrowed, suspended, lifted by two, revoked by two', async () => {
    const id = await open({ purposes: ['SNDS-III-5', 'EHDS-53-1-a'] })
    expect(await lacks(id, submit)).toEqual(['mandate'])
    await change(id, { mandate: { text: 'Watch of epidemics', reference: 'CSP L.1413-1' } })
    const { projectId } = await walk(id, ...toAssessment, accept('rouen', 'stays'), ...grant)
    const asked = { purpose: 'SNDS-III-5', dataset: 'stays' }
    expect(await simulated(projectId)).toBe('INVALID')
    expect(await simulated(projectId, asked)).toBe('permit')
    const narrow: Act = ['paul', 'amendment', { patch: { lines: [line('stays', ['who', 'place'])] } }]
    const narrowed = await walk(id, narrow, accept('rouen', 'stays'), propose)
    expect(narrowed.versions).toMatchObject([
      { version: 1 },
      { version: 2, changes: [{ path: 'lines[stays].tables.facts.columns', removed: ['*'] }] },
    ])
    await walk(id, ['karim', 'suspension', { reason: 'An alert.' }])
    expect(await simulated(projectId, asked)).toBe('SUSPENDED')
    await walk(id, ['nadia', 'lift'], ['claire', 'lift'])
    expect(await simulated(projectId, asked)).toBe('permit')
    const revoke = (who: string): Act => [who, 'revocation', { reason: 'A breach.' }]
    expect(await walk(id, revoke('claire'), revoke('yves'))).toMatchObject({ state: 'revoked' })
    expect(await simulated(projectId, asked)).toBe('REVOKED')
  })
})
