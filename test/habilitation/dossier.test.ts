/** What gathers around a request: interests of its reviewers, comments on its fields, documents, and copies. */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { openDocuments } from '../../services/habilitation/documents.ts'
import { attach, detach, readAttachment, sweepDocuments } from '../../services/habilitation/dossier.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import type { Person } from '../../services/identity/person.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { atRestWithoutClear } from '../keys/at-rest-room.ts'
import { chunks, pdf } from './documents.ts'
import { leastBody, openRoom, person, type Room, secondLine, today } from './fixtures.ts'
import { act, opened, type Step, walked } from './walk.ts'

const atRest = atRestWithoutClear()

let room: Room
beforeEach(async () => {
  room = await openRoom()
})

const read = (who: string, id: string) => readHabilitation(room, person(who), id)

describe('interests', () => {
  const undeclared = (who: string, change: Partial<Person> = {}) => {
    const { interests: _, ...proofs } = person(who).proofs
    return person(who, { proofs, ...change })
  }
  const opinion = { type: 'opinions', opinion: 'favourable', comment: '' } as const
  const grant = { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] } as const

  test('are declared before an opinion, a decision or a confirmation, on the request itself', async () => {
    const id = await walked(room, 'countersignatures')
    const turns = [
      [undeclared('nadia'), opinion],
      [undeclared('ines'), opinion],
      [undeclared('claire'), grant],
      [undeclared('yves'), { type: 'confirmation' }],
    ] as const
    for (const [by, command] of turns) {
      await expect(actOn(room, by, { id, command })).rejects.toMatchObject({
        code: 'CONFLICT_OF_INTEREST',
        facts: { rule: 'interests.undeclared' },
      })
      await actOn(room, by, { id, command: { type: 'interests', none: true } })
      await actOn(room, by, { id, command })
    }
    expect(await read('paul', id)).toMatchObject({ state: 'pre_permit', interests: [] })
    expect((await read('nadia', id)).interests).toMatchObject([{ by: 'nadia', none: true }, {}, {}, {}])
  })

  test('stand for all requests until the day the account says, and no longer', async () => {
    const id = await walked(room, 'countersignatures')
    const until = (interests: number) => person('nadia', { proofs: { interests } })
    await actOn(room, until(today + 1), { id, command: opinion })
    await expect(actOn(room, until(today), { id, command: opinion })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
  })

  test('that one has shut one out, whatever the role and whatever one says later; one may say so', async () => {
    const id = await walked(room, 'countersignatures')
    const interest = { type: 'interests', none: false, text: 'My cousin works there.' } as const
    await act(room, id, ['nadia', interest])
    const both = person('nadia', { roles: ['ethics', 'authority'] })
    for (const command of [opinion, grant]) {
      await expect(actOn(room, both, { id, command })).rejects.toMatchObject({
        code: 'CONFLICT_OF_INTEREST',
        facts: { rule: 'interests.declared' },
      })
    }
    await expect(act(room, id, ['nadia', { type: 'interests', none: true }])).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
    const recused = await act(room, id, ['nadia', { ...opinion, opinion: 'recused' }])
    expect(recused.opinions).toMatchObject([{ role: 'dpo', opinion: 'recused' }])
    const other = person('nadia', { subject: 'zoe' })
    await actOn(room, other, { id, command: opinion })
  })

  test('are those of the person: what another declared opens nothing', async () => {
    const id = await walked(room, 'countersignatures')
    await act(room, id, ['ines', { type: 'interests', none: true }])
    await expect(actOn(room, undeclared('nadia'), { id, command: opinion })).rejects.toMatchObject({
      facts: { rule: 'interests.undeclared' },
    })
  })
})

describe('comments', () => {
  const on = (field: string, more: object = {}): Step => [
    'nadia',
    { type: 'comments', field, text: 'Why?', audience: 'applicant', ...more } as Step[1],
  ]
  const answer = (who: string, thread: string): Step => [who, { type: 'comments', thread, text: 'Because.' }]

  test('are threads on a field, begun by a reviewer and answered by the lead', async () => {
    const id = await walked(room, 'submission')
    await act(room, id, on('aim'))
    const seen = await act(room, id, answer('paul', 'C1'))
    expect(seen.comments).toMatchObject([
      {
        ...{ thread: 'C1', field: 'aim', audience: 'applicant' },
        messages: [
          { role: 'dpo', by: 'nadia', text: 'Why?' },
          { role: 'lead', by: 'paul', text: 'Because.' },
        ],
      },
    ])
    const entries = room.audit.entries.slice(-2).map(({ body }) => body)
    const entry = { type: 'habilitation.commented', habilitation: id, state: 'received' }
    expect(entries).toEqual([entry, entry])
  })

  test('that are for reviewers are theirs: to the applicant they are not there', async () => {
    const id = await walked(room, 'submission')
    await act(room, id, on('aim', { audience: 'reviewers' }))
    expect((await read('paul', id)).comments).toEqual([])
    expect((await read('alice', id)).comments).toEqual([])
    expect((await read('lucie', id)).comments).toHaveLength(1)
    for (const thread of ['C1', 'C2']) {
      await expect(act(room, id, answer('paul', thread))).rejects.toMatchObject({
        code: 'NOT_FOUND',
        facts: { rule: 'thread.none' },
      })
    }
  })

  test('of a holder are on its own line, and it sees no other', async () => {
    const id = await walked(room, 'submission', { ...leastBody, lines: [...leastBody.lines, secondLine] })
    const holder = (who: string, field: string): Step => [who, on(field)[1]]
    await act(room, id, holder('rouen', 'lines[0].tables'))
    await act(room, id, on('aim'))
    await act(room, id, on('lines[1].filter'))
    await act(room, id, on('lines[1].tables', { audience: 'reviewers' }))
    for (const field of ['aim', 'lines[0]', 'lines', 'lines[7]']) {
      await expect(act(room, id, holder('havre', field))).rejects.toMatchObject({ code: 'INCOMPLETE' })
    }
    expect((await read('havre', id)).comments).toMatchObject([{ thread: 'C3' }])
    expect((await read('rouen', id)).comments).toMatchObject([
      { thread: 'C1', messages: [{ role: 'holder' }] },
    ])
  })

  test('name a field of the form, and are not begun by the lead', async () => {
    const id = await walked(room, 'submission')
    await expect(act(room, id, on('nonsense'))).rejects.toMatchObject({ code: 'INCOMPLETE' })
    await expect(act(room, id, ['paul', on('aim')[1]])).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'thread' }] },
    })
  })

  test('are no review by somebody of the side of the lead', async () => {
    const id = await walked(room, 'submission')
    const colleague = person('nadia', { organisation: 'chu-rouen' })
    await expect(actOn(room, colleague, { id, command: on('aim')[1] })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
    const member = person('rouen', { subject: 'alice' })
    await expect(actOn(room, member, { id, command: on('lines[0]')[1] })).rejects.toMatchObject({
      code: 'CONFLICT_OF_INTEREST',
    })
  })

  test('end when nobody reads the request any more', async () => {
    const id = await walked(room, 'acceptance')
    await expect(act(room, id, on('aim'))).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })
})

const upload = (id: string, body: AsyncIterable<Uint8Array> = chunks(pdf())) => ({
  ...{ id, name: 'protocole.pdf', field: 'protocol', type: 'application/pdf' },
  body,
})

describe('documents', () => {
  test('are kept with their hash, listed, and read by who may read them', async () => {
    const id = await opened(room)
    const whole = pdf()
    const seen = await attach(
      room,
      person('paul'),
      upload(id, chunks(whole.subarray(0, 9), whole.subarray(9))),
    )
    const hash = sha256(whole)
    expect(seen.attachments).toMatchObject([{ name: 'protocole.pdf', field: 'protocol', sha256: hash }])
    const attachment = seen.attachments[0]?.attachment ?? ''
    const entry = { habilitation: id, state: 'draft', attachment, sha256: hash, bytes: whole.length }
    expect(room.audit.entries.at(-1)?.body).toEqual({ type: 'habilitation.attached', ...entry })
    const file = await readAttachment(room, person('alice'), { id, attachment })
    expect(file.content.equals(whole)).toBe(true)
    expect(room.audit.entries.at(-1)?.body).toEqual({ type: 'habilitation.read', ...entry })
    const strangers = ['bruno', 'nadia', 'rouen']
    for (const who of strangers) {
      const reading = readAttachment(room, person(who), { id, attachment })
      await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    await act(room, id, ['paul', { type: 'submission' }])
    await readAttachment(room, person('nadia'), { id, attachment })
    await expect(readAttachment(room, person('rouen'), { id, attachment })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect((await read('rouen', id)).attachments).toEqual([])
  })

  test('are taken back out of a draft, and out of nothing else', async () => {
    const id = await opened(room)
    const seen = await attach(room, person('paul'), upload(id))
    const attachment = seen.attachments[0]?.attachment ?? ''
    const none = detach(room, person('paul'), { id, attachment: randomUUID() })
    await expect(none).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await detach(room, person('paul'), { id, attachment })).attachments).toEqual([])
    await expect(readAttachment(room, person('paul'), { id, attachment })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const kept = await attach(room, person('paul'), upload(id))
    await act(room, id, ['paul', { type: 'submission' }])
    const again = { id, attachment: kept.attachments[0]?.attachment ?? '' }
    await expect(detach(room, person('paul'), again)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(attach(room, person('paul'), upload(id))).rejects.toMatchObject({ code: 'WRONG_STATE' })
  })

  test('are the affair of the lead, and of nobody who does not see the request', async () => {
    const id = await opened(room)
    await expect(attach(room, person('nadia'), upload(id))).rejects.toMatchObject({ code: 'ROLE' })
    const other = person('paul', { subject: 'pia' })
    await expect(attach(room, other, upload(id))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('are few and small, and leave no file behind when they are refused', async () => {
    const home = join(tmpdir(), 'huisclos-documents', randomUUID())
    const folder = join(home, 'attachments')
    const documents = openDocuments({ home, atRest, limits: { maxBytes: 4096, most: 2 } })
    const small = { ...room, documents }
    const id = await opened(room)
    for (const _ of [1, 2]) await attach(small, person('paul'), upload(id))
    await expect(attach(small, person('paul'), upload(id))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    const large = chunks(pdf(), Buffer.alloc(4096))
    await expect(attach(small, person('paul'), upload(id, large))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    })
    const text = chunks(Buffer.from('%PDF of sorts'))
    await expect(attach(small, person('paul'), upload(id, text))).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path: 'file' }] },
    })
    const nowhere = { ...upload(id), field: 'nonsense' }
    await expect(attach(small, person('paul'), nowhere)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect(await readdir(folder)).toHaveLength(2)
  })

  test('belong to a field of the form', async () => {
    const nowhere = { ...upload(await opened(room)), field: 'nonsense' }
    await expect(attach(room, person('paul'), nowhere)).rejects.toMatchObject({
      code: 'INCOMPLETE',
      facts: { missing: [{ path: 'field' }] },
    })
  })

  test('that a crash left without a request are removed at the next start', async () => {
    const home = join(tmpdir(), 'huisclos-documents', randomUUID())
    const folder = join(home, 'attachments')
    const documents = openDocuments({ home, atRest, limits: { maxBytes: 4096, most: 2 } })
    const id = await opened(room)
    const seen = await attach({ ...room, documents }, person('paul'), upload(id))
    await writeFile(join(folder, `${randomUUID()}.part`), 'half')
    await sweepDocuments({ ...room, documents })
    expect(await readdir(folder)).toEqual([`${seen.attachments[0]?.attachment}.sealed`])
  })

  test('that changed on disk are given to nobody', async () => {
    const home = join(tmpdir(), 'huisclos-documents', randomUUID())
    const folder = join(home, 'attachments')
    const kept = {
      ...room,
      documents: openDocuments({ home, atRest, limits: { maxBytes: 4096, most: 2 } }),
    }
    const id = await opened(room)
    const seen = await attach(kept, person('paul'), upload(id))
    const attachment = seen.attachments[0]?.attachment ?? ''
    expect(await readFile(join(folder, `${attachment}.sealed`), 'latin1')).not.toContain('%PDF')
    await writeFile(join(folder, `${attachment}.sealed`), pdf('/Other 1'))
    await expect(readAttachment(kept, person('paul'), { id, attachment })).rejects.toThrow('not the one')
  })
})

describe('a copy', () => {
  const copy = (by: Person, request: object) => actOn(room, by, { command: { type: 'opening', request } })

  test('begins with what was said, without dates, references and signatures', async () => {
    const said = { ...leastBody, truthful: true, dpia: 'A-1', storagePeriod: leastBody.accessPeriod }
    const id = await opened(room, said)
    await attach(room, person('paul'), upload(id))
    const seen = await copy(person('paul'), { copyOf: id, title: 'Another' })
    expect(seen).toMatchObject({ state: 'draft', copiedFrom: id, title: 'Another', aim: leastBody.aim })
    expect(seen.id).not.toBe(id)
    for (const field of ['accessPeriod', 'storagePeriod', 'routeReference', 'truthful', 'dpia']) {
      expect(seen).not.toHaveProperty(field)
    }
    expect(seen).toMatchObject({ attachments: [], comments: [] })
    expect(seen.missing.map(({ path }) => path)).toEqual(['accessPeriod', 'routeReference'])
  })

  test('is made of what one may read, and of nothing else', async () => {
    const id = await opened(room)
    const stranger = person('paul', { subject: 'pia' })
    await expect(copy(stranger, { copyOf: id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(copy(person('paul'), { copyOf: 'D-1999-0001' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(copy(person('paul'), { copyOf: 7 })).rejects.toMatchObject({ code: 'INVALID' })
    await act(room, id, ['paul', { type: 'submission' }])
    const holding = person('rouen', { roles: ['holder', 'lead'] })
    const seen = await copy(holding, { copyOf: id })
    expect(seen).toMatchObject({ aim: leastBody.aim, lead: { subject: 'rouen' } })
    expect(seen).not.toHaveProperty('persons')
  })
})
