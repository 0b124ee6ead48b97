/** A request by HTTP alone, on a whole node: the form, live help, comments, documents, interests, and both kinds of projects. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { addDays, systemClock } from '../../services/kernel/clock.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { pdf } from '../habilitation/documents.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
const base = '/api/v1/habilitations'
const today = new Date().toISOString().slice(0, 10)
const text = (name: string, about: object = {}) => ({ name, type: 'string', ...about })

const stays = {
  ...{ name: 'stays', kind: 'personal', holder: 'chu-rouen', domain: 'patients-normandie' },
  resources: [
    {
      name: 'facts',
      schema: {
        fields: [
          text('who', { role: 'unit' }),
          text('what'),
          text('commune', { role: 'quasi-identifier', quasiIdentifier: 'COMMUNE_RESIDENCE' }),
          { name: 'birth', type: 'date', role: 'quasi-identifier', quasiIdentifier: 'NAISSANCE_MOIS_ANNEE' },
        ],
      },
    },
  ],
}
const beds = {
  ...{ name: 'beds', kind: 'non-personal', entity: 'establishment', holder: 'chu-rouen', threshold: 3 },
  resources: [
    {
      name: 'beds',
      schema: { fields: [text('finess', { role: 'unit' }), text('zone'), { name: 'n', type: 'integer' }] },
    },
  ],
}

beforeAll(async () => {
  node = await openTestNode({ attachments: { maxMiB: 1, most: 2 } })
  for (const body of [stays, beds]) {
    expect(await node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).toMatchObject({ status: 201 })
  }
}, 120_000)
afterAll(() => node?.close())

const asking = (...columns: readonly unknown[]) => [
  { dataset: 'stays', justification: 'What is studied.', tables: { facts: { columns } } },
]
const common = {
  ...{ title: 'A study', summaryLay: 'We count facts.', publicInterest: 'Better care.', aim: 'Count.' },
  ...{ kind: 'PERSONAL_HEALTH', route: 'MR_004', routeReference: '2234567', purposes: ['SNDS-III-6'] },
  objectives: [{ id: 'O1', label: 'Counts' }],
  lines: asking('who', 'what'),
  persons: [{ issuer: 'demo', subject: 'bruno', profile: 'analyst' }],
  accessPeriod: { from: today, until: addDays(today, 200) },
  ...{ prohibitions: 'none', disclosure: { mode: 'guarded' } },
}

async function open(more: object = {}): Promise<string> {
  const opened = await node.call('POST', base, { as: 'paul', body: { ...common, ...more } })
  expect(opened.status).toBe(201)
  return opened.json.id
}
type Act = readonly [as: string, call: string, body?: object]
const act = (id: string, ...[as, call, body = {}]: Act) =>
  node.call('POST', `${base}/${id}/${call}`, { as, body })
const read = async (as: string, path: string) => (await node.call('GET', `${base}/${path}`, { as })).json
const change = (id: string, body: object) => node.call('PATCH', `${base}/${id}`, { as: 'paul', body })

async function walk(id: string, ...acts: readonly Act[]) {
  let last = { status: 0, json: null as unknown }
  for (const [as, call, body] of acts) {
    last = await act(id, as, call, ...(body ? [body] : []))
    expect({ as, call, ...last }).toMatchObject({ as, call, status: 200 })
  }
  // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
  return last.json as any
}

async function send(
  id: string,
  bytes: Buffer,
  { as = 'paul', type = 'application/pdf', name = 'a.pdf' } = {},
) {
  const token = await mintDemoToken({ home: node.home, subject: as, clock: systemClock })
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const url = `${node.url}${base}/${id}/attachments?${new URLSearchParams({ name })}`
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) })
  // biome-ignore lint/suspicious/noExplicitAny: an outsider knows no type, each assertion looks at one member
  return { status: response.status, json: (await response.json()) as any }
}

describe('a draft', () => {
  test('is written with the form, and each change moves what is missing and the meter', async () => {
    const form = await read('paul', 'form')
    expect(form.steps).toHaveLength(6)
    expect(form.steps[0].fields[0]).toMatchObject({ name: 'title', label: { fr: 'Titre du projet' } })
    const { json } = await node.call('POST', base, { as: 'paul', body: {} })
    expect(json).toMatchObject({
      completeness: { percent: 0, complete: false },
      minimisation: { grade: 'A' },
    })
    await change(json.id, { ...common, lines: asking('who', 'what', 'commune', 'birth') })
    expect(await read('paul', `${json.id}/completeness`)).toMatchObject({
      complete: false,
      steps: [
        { percent: 100 },
        {},
        { step: 'data', missing: [{ path: expect.stringContaining('commune') }, {}] },
        {},
        {},
        {},
      ],
    })
    const wide = await read('paul', `${json.id}/minimisation`)
    expect(wide).toMatchObject({ grade: 'E', quasiIdentifiers: { band: 'very-high' } })
    const narrow = await change(json.id, { lines: asking('who', 'what') })
    expect(narrow.json).toMatchObject({ completeness: { percent: 100, complete: true }, missing: [] })
    expect(narrow.json.minimisation.points).toBeLessThan(wide.points)
    expect(await node.call('GET', `${base}/${json.id}/minimisation`, { as: 'nadia' })).toMatchObject({
      status: 404,
    })
  })

  test('is refused in the language of its reader', async () => {
    const id = await open({ aim: ' ' })
    const headers = { 'accept-language': 'en' }
    const english = await node.call('POST', `${base}/${id}/submission`, { as: 'paul', body: {}, headers })
    expect(english.json).toMatchObject({
      code: 'INCOMPLETE',
      missing: [{ path: 'aim', message: 'This field is needed.' }],
    })
    const french = await act(id, 'paul', 'submission')
    expect(french.json.missing).toEqual([{ path: 'aim', message: 'Ce champ est demandé.' }])
  })

  test('begins as a copy of an older request', async () => {
    const id = await open()
    const copy = await node.call('POST', base, { as: 'paul', body: { copyOf: id, title: 'Again' } })
    expect(copy).toMatchObject({ status: 201, json: { title: 'Again', aim: common.aim, copiedFrom: id } })
    expect(copy.json).not.toHaveProperty('accessPeriod')
  })
})

describe('documents', () => {
  test('are PDFs, small, few, hashed, and downloaded as what they are', async () => {
    const id = await open()
    const whole = pdf()
    const sent = await send(id, whole, { name: 'Protocole été.pdf' })
    expect(sent).toMatchObject({ status: 201, json: { attachments: [{ sha256: sha256(whole) }] } })
    const [{ attachment }] = sent.json.attachments
    const token = await mintDemoToken({ home: node.home, subject: 'paul', clock: systemClock })
    const url = `${node.url}${base}/${id}/attachments/${attachment}`
    const got = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    expect(got.headers.get('content-type')).toBe('application/pdf')
    expect(got.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''Protocole%20%C3%A9t%C3%A9.pdf",
    )
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    expect(Buffer.from(await got.arrayBuffer()).equals(whole)).toBe(true)
    expect(await send(id, Buffer.from('Hello'))).toMatchObject({ status: 422, json: { code: 'INVALID' } })
    expect(await send(id, pdf('/S /JavaScript'))).toMatchObject({ status: 422 })
    expect(await send(id, whole, { type: 'text/plain' })).toMatchObject({ status: 415 })
    expect(await send(id, whole, { name: '../../etc/passwd' })).toMatchObject({ status: 422 })
    expect(await send(id, Buffer.alloc(1024 ** 2 + 1, 'x'))).toMatchObject({ status: 413 })
    expect(await send(id, whole)).toMatchObject({ status: 201 })
    expect(await send(id, whole)).toMatchObject({ status: 429, json: { code: 'QUOTA_EXCEEDED' } })
    const taken = await act(id, 'paul', `attachments/${attachment}/deletion`)
    expect(taken).toMatchObject({ status: 200, json: { attachments: [{}] } })
    const { json } = await node.call('GET', '/api/v1/audit/entries?type=habilitation.attached', {
      as: 'nadia',
    })
    expect(json.entries.length).toBeGreaterThan(1)
    expect(JSON.stringify(json.entries)).not.toContain('Protocole')
  })
})

describe('instruction', () => {
  test('comments per field, interests first, and a word on crossed quasi-identifiers', async () => {
    const columns = [
      { name: 'who', justification: 'To count.' },
      { name: 'commune', justification: 'Distances.' },
      { name: 'birth', justification: 'Age.' },
    ]
    const id = await open({ lines: asking(...columns) })
    await walk(id, ['paul', 'submission'])
    const field = 'lines[0].tables.facts.columns'
    await walk(id, ['nadia', 'comments', { field, text: 'Why the month of birth?' }])
    await walk(id, ['nadia', 'comments', { field, text: 'Seen before.', audience: 'reviewers' }])
    const answered = await walk(id, ['paul', 'comments', { thread: 'C1', text: 'Ages in months.' }])
    expect(answered.comments).toMatchObject([{ thread: 'C1', messages: [{ by: 'nadia' }, { by: 'paul' }] }])
    await walk(id, ['lucie', 'completeness', { complete: true }])
    await walk(id, ['ines', 'interests', { none: false, text: 'I am on their board.' }])
    const opinion = await act(id, 'ines', 'opinions', { opinion: 'favourable', comment: '' })
    expect(opinion).toMatchObject({
      status: 403,
      json: { code: 'CONFLICT_OF_INTEREST', rule: 'interests.declared' },
    })
    await walk(id, ['ines', 'opinions', { opinion: 'recused', comment: '' }])
    await walk(id, ['nadia', 'opinions', { opinion: 'favourable', comment: 'Minimised.' }])
    await walk(id, ['rouen', 'countersignatures', { dataset: 'stays', decision: 'accept' }])
    const grant = { decision: 'grant', reasons: 'In the public interest.' }
    const silent = await act(id, 'claire', 'decision', grant)
    expect(silent).toMatchObject({ status: 422, json: { missing: [{ path: 'crossed' }] } })
    const decided = await walk(id, ['claire', 'decision', { ...grant, crossed: true }])
    expect(decided.proposal).toMatchObject({ decision: 'grant', crossed: true })
    const register = await node.call('GET', '/transparence.json')
    const told = register.json.requests.find((one: { id: string }) => one.id === id)
    expect(told).toMatchObject({ title: common.title, datasets: ['stays'] })
    expect(JSON.stringify(told)).not.toMatch(/Distances|bruno|board|month of birth/)
  })
})

describe('the two kinds of projects', () => {
  const bedsLine = (more: object = {}) => ({
    ...{ dataset: 'beds', justification: 'Occupancy.', tables: { beds: { columns: '*' } } },
    ...more,
  })
  const light = { kind: 'SECTOR_USEFUL', route: 'NON_PERSONNELLE', routeReference: null }

  test('a light one keeps the secrecy of establishments, which its holder alone may lift', async () => {
    const kept = await open()
    await change(kept, { ...light, lines: [bedsLine({ establishmentLevel: 'consented' })] })
    const { projectId } = await walk(
      kept,
      ['paul', 'submission'],
      ['lucie', 'completeness', { complete: true }],
      ['rouen', 'countersignatures', { dataset: 'beds', decision: 'accept' }],
      ['claire', 'decision', { decision: 'grant', reasons: 'Useful.' }],
      ['yves', 'confirmation'],
      ['paul', 'acceptance'],
    )
    const { json } = await node.call('GET', `/api/v1/projects/${projectId}`, { as: 'paul' })
    const permit = JSON.parse(Buffer.from(json.permit.jws.split('.')[1], 'base64url').toString())
    expect(permit).toMatchObject({
      kind: 'SECTOR_USEFUL',
      lines: [{ entity: 'establishment', establishmentLevel: 'consented', k: 3 }],
    })
  })

  test('one personal column moves a light one, says which, and nothing moves it back', async () => {
    const id = await open()
    expect((await change(id, { ...light, lines: [bedsLine()] })).json.missing).toEqual([])
    const moved = await change(id, { lines: [bedsLine(), ...asking('what')] })
    expect(moved.json).toMatchObject({
      kind: 'PERSONAL_HEALTH',
      escalations: [{ trigger: 'E2', dataset: 'stays', table: 'facts', column: 'what' }],
    })
    expect(moved.json).not.toHaveProperty('route')
    const back = await change(id, { ...light, lines: [bedsLine()] })
    expect(back).toMatchObject({ status: 422, json: { rule: 'escalated', missing: [{ path: 'kind' }] } })
    expect(await act(id, 'paul', 'submission')).toMatchObject({ status: 422 })
  })
})

describe('the command line', () => {
  const run = promisify(execFile)
  async function huisclos(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, HUISCLOS_HOME: node.home, LANG: 'en' }
    const all = ['--import', 'tsx', 'services/cli.ts', 'habilitation', ...args]
    return (await run(process.execPath, all, { env })).stdout
  }

  test('shows what is missing and the meter, copies, comments, attaches and downloads', async () => {
    const id = await open({ aim: ' ' })
    expect(await huisclos('missing', id, '--as', 'paul')).toContain(
      '! aim — This field is needed. (technical)',
    )
    expect(await huisclos('meter', id, '--as', 'paul')).toMatch(
      /^[A-E]\n {2}2 column\(s\) asked for of 4\.\n/,
    )
    expect(await huisclos('form', '--as', 'paul')).toContain('title * — Title of the project.')
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-request-'))
    await writeFile(join(folder, 'protocol.pdf'), pdf())
    const sent = await huisclos('attach', id, join(folder, 'protocol.pdf'), '--as', 'paul')
    const [attachment = ''] = sent.split(' ')
    expect(await huisclos('documents', id, '--as', 'paul')).toBe(sent)
    await huisclos('document', id, attachment, '--as', 'paul', '-o', join(folder, 'again.pdf'))
    expect((await readFile(join(folder, 'again.pdf'))).equals(pdf())).toBe(true)
    expect(await huisclos('copy', id, '--as', 'paul')).toMatch(/^D-\d{4}-\d{4}\n$/)
    await change(id, { aim: 'Count.' })
    await walk(id, ['paul', 'submission'])
    await huisclos('comment', id, 'Why?', '--field', 'aim', '--as', 'nadia')
    await huisclos('comment', id, 'Because.', '--thread', 'C1', '--as', 'paul')
    await huisclos('interests', id, '--as', 'nadia')
    expect(await read('nadia', id)).toMatchObject({
      comments: [{ thread: 'C1', messages: [{ text: 'Why?' }, { text: 'Because.' }] }],
      interests: [{ none: true, by: 'nadia' }],
    })
  }, 180_000)
})
