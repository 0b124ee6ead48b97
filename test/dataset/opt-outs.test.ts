/** Persons who object: their list, and the extracts that are made without them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import { bandOfPersons, exclusionOf, longestWaitMs } from '../../services/dataset/exclusion.ts'
import type { OptOut } from '../../services/dataset/opt-out-register.ts'
import { readOptOuts, registerOptOuts, reverseOptOut } from '../../services/dataset/opt-outs.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { queryParquet } from './parquet.ts'
import { declare, deposit, fixedClock, havre, openRoom, person, type Room, rouen } from './room.ts'

const named = (index: number) => `h1k01_${index.toString(16).padStart(32, '0')}`
const persons = Array.from({ length: 40 }, (_, index) => index)
const dpo = person('nadia', 'plateforme', 'dpo')

const cohort = (name: string, domain: string) => ({
  ...{ name, kind: 'personal', holder: 'chu-rouen', domain },
  resources: [
    {
      name: 'people',
      schema: {
        fields: [
          { name: 'id', role: 'unit' },
          { name: 'twin', role: 'unit-reference' },
          { name: 'label' },
          { name: 'wing' },
        ],
      },
    },
    {
      name: 'stays',
      schema: {
        foreignKeys: [{ fields: ['person'], reference: { resource: 'people', fields: ['id'] } }],
        fields: [{ name: 'person' }, { name: 'stay', role: 'key' }, { name: 'note' }],
      },
    },
  ],
})

const files = {
  people: `id;twin;label;wing\n${persons.map((i) => `${named(i)};${named((i + 1) % 40)};canary-${i};w`).join('\n')}\n`,
  stays: `person;stay;note\n${persons.map((i) => `${named(i)};s${i};note-${i}`).join('\n')}\n`,
}

let room: Room
let parser: Parser
let bulles: Bulles
let now = fixedClock.now()
const clock = { now: () => now }
const needs = () => ({ ...room.needs, clock })

beforeAll(async () => {
  room = await openRoom()
  parser = await openParser({ processes: 1 })
  const { home, catalogue, audit, optOuts } = room
  const shared = { home, catalogue, audit, optOuts, parser, log: silentLog, clock }
  bulles = openBulles({ ...shared, memoryBytes: 256 * 1024 ** 2 })
})
afterAll(async () => {
  await bulles.close()
  await parser.close()
  await room.close()
})

async function publish(name: string): Promise<void> {
  await declare(room.needs, cohort(name, `domain-${name}`))
  expect(await deposit(room.needs, name, files)).toMatchObject({ status: 'accepted' })
}

const object = (dataset: string, ...who: number[]) =>
  registerOptOuts(needs(), rouen, { dataset, pseudonyms: who.map(named) })

/** The labels of all persons in the extract that this project now gets, and the bulle. */
async function sealed(project: string, dataset: string, columns = ['id', 'twin', 'label']) {
  const tables = { people: { columns }, stays: { columns: ['person', 'stay', 'note'] } }
  const line = { id: 'L1', holder: 'chu-rouen', k: 11, holderAct: 'countersign', holderJws: '' }
  const permit = { base: project, lines: [{ ...line, dataset, tables }] }
  const standing = { openLines: ['L1'], suspendedLines: [] }
  // The rest of a permit is nothing to the room of datasets.
  const current = { permit, standing } as unknown as CurrentPermit
  bulles.seal(current)
  await bulles.idle()
  const bulle = await bulles.of(current)
  return { bulle, labels: (await column(bulle, 'people', 'label')).map(String) }
}

async function column(bulle: Bulle, table: string, name: string): Promise<unknown[]> {
  const file = bulle.tables.find((one) => one.name === table)?.mount.file
  const rows = await queryParquet(`SELECT ${name} FROM read_parquet('${file}') WHERE ${name} IS NOT NULL`)
  return rows.flat()
}

describe('the list of a domain', () => {
  test('gives each person a receipt with its number and dates, the same when registered again', async () => {
    await publish('receipts')
    const first = await object('receipts', 1, 2)
    const again = await object('receipts', 2, 3)
    const [receipt] = first.receipts
    expect(receipt).toEqual({
      number: expect.any(Number),
      effectiveAt: '2026-11-21T12:00:00.000Z',
      openProjectsBy: '2026-12-21T12:00:00.000Z',
    })
    expect(again.receipts[0]?.number).toBe(first.receipts[1]?.number)
    expect([first.version, again.version]).toEqual([1, 2])
    const read = await readOptOuts(needs(), dpo, 'receipts')
    expect(read.receipts).toHaveLength(3)
    expect(JSON.stringify(read)).not.toContain('h1k01')
  })

  test.each([
    ['a social security number', '255081416802538'],
    ['a plain hash of one', 'f'.repeat(64)],
    ['a short plain hash', 'f'.repeat(32)],
    ['a pseudonym of a project', `p${'0'.repeat(32)}`],
    ['a longer text', `${named(1)}0`],
  ])('takes no %s, and does not repeat it', async (_, value) => {
    const before = room.audit.entries.length
    const refused = registerOptOuts(needs(), rouen, { dataset: 'receipts', pseudonyms: [named(9), value] })
    const error = await refused.catch((one: unknown) => one)
    expect(error).toMatchObject({ code: 'INVALID', facts: { missing: [{ path: 'pseudonyms[1]' }] } })
    expect(JSON.stringify(error)).not.toContain(value)
    expect(room.audit.entries).toHaveLength(before)
  })

  test('is of its holder: another one sees and changes nothing', async () => {
    const about = { dataset: 'receipts', pseudonyms: [named(5)] }
    await expect(registerOptOuts(needs(), havre, about)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(readOptOuts(needs(), havre, 'receipts')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(registerOptOuts(needs(), dpo, about)).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('has its registration and reversal in the log, without a pseudonym', async () => {
    const { receipts } = await object('receipts', 7)
    const [{ number } = { number: 0 }] = receipts
    const ended = await reverseOptOut(needs(), rouen, { dataset: 'receipts', number })
    expect(ended).toMatchObject({ number, reversedAt: '2026-11-21T12:00:00.000Z' })
    await expect(reverseOptOut(needs(), rouen, { dataset: 'receipts', number })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    })
    const written = room.audit.entries.slice(-2).map(({ body }) => body)
    expect(written).toMatchObject([
      { type: 'opt-out.registered', dataset: 'receipts', version: 3 },
      { type: 'opt-out.reversed', dataset: 'receipts', number },
    ])
    expect(JSON.stringify(room.audit.entries)).not.toContain('h1k01')
  })
})

describe('an extract', () => {
  test('built after the effect date has no row and no reference of a person who objects', async () => {
    await publish('planted')
    const { receipts } = await object('planted', 5)
    expect(Date.parse(receipts[0]?.effectiveAt ?? '')).toBeLessThanOrEqual(now)
    const { bulle, labels } = await sealed('P-NEW', 'planted')
    expect(labels).toHaveLength(39)
    expect(labels).not.toContain('canary-5')
    expect(await column(bulle, 'stays', 'note')).not.toContain('note-5')
    const ids = new Set(await column(bulle, 'people', 'id'))
    const twins = await column(bulle, 'people', 'twin')
    expect(twins).toHaveLength(38)
    expect(twins.filter((one) => !ids.has(one))).toEqual([])
  })

  test('says in its entry which list was applied, and of few persons only that they are few', async () => {
    const entry = room.audit.entries.map(({ body }) => body).findLast((one) => one.type === 'bulle.sealed')
    expect(entry).toMatchObject({ optOuts: { version: 1, removed: '< 11' } })
  })

  test('of an open project never loses one person at a time', async () => {
    await publish('batches')
    const before = await sealed('P-OPEN', 'batches')
    await object('batches', 3)
    // The amendment makes a new extract: between the two nobody has gone.
    const after = await sealed('P-OPEN', 'batches', ['id', 'twin', 'label', 'wing'])
    expect(after.bulle.id).not.toBe(before.bulle.id)
    expect(after.labels.sort()).toEqual(before.labels.sort())
    // Another project, which has nothing to compare with, gets the list as it stands.
    expect((await sealed('P-OTHER', 'batches')).labels).not.toContain('canary-3')
    await object('batches', ...persons.slice(10, 20))
    const batch = await sealed('P-OPEN', 'batches', ['id', 'label', 'wing'])
    expect(before.labels.length - batch.labels.length).toBe(11)
    expect(batch.labels).not.toContain('canary-3')
  })

  test('of an open project loses them after thirty days at the latest', async () => {
    await publish('delays')
    await sealed('P-LATE', 'delays')
    const { receipts } = await object('delays', 4)
    now = Date.parse(receipts[0]?.openProjectsBy ?? '')
    const { labels } = await sealed('P-LATE', 'delays', ['id', 'label'])
    expect(labels).not.toContain('canary-4')
    expect(labels).toHaveLength(39)
    now = fixedClock.now()
  })

  test('takes nobody back into a project that left them out, but into later projects', async () => {
    await publish('returns')
    const { receipts } = await object('returns', 6)
    expect((await sealed('P-FORMER', 'returns')).labels).not.toContain('canary-6')
    await reverseOptOut(needs(), rouen, { dataset: 'returns', number: receipts[0]?.number ?? 0 })
    expect((await sealed('P-FORMER', 'returns', ['id', 'label'])).labels).not.toContain('canary-6')
    expect((await sealed('P-LATER', 'returns')).labels).toContain('canary-6')
  })

  test('holds no first-level pseudonym, not even of those it left out', async () => {
    const { bulle } = await sealed('P-NEW', 'planted')
    for (const { mount } of bulle.tables) {
      const manifest = await readFile(join(mount.file, '../manifest.json'), 'utf8')
      expect(manifest).not.toMatch(/h1k\d\d_/)
      const rows = await queryParquet(`SELECT * FROM read_parquet('${mount.file}')`)
      expect(JSON.stringify(rows, (_, one) => (typeof one === 'bigint' ? String(one) : one))).not.toMatch(
        /h1k\d\d_/,
      )
    }
  })
})

describe('a version', () => {
  test('is published without the rows of persons who object, and without references to them', async () => {
    await publish('versions')
    await object('versions', 8)
    const shown = await deposit(room.needs, 'versions', files)
    expect(shown).toMatchObject({ status: 'accepted', version: 2 })
    expect(shown.findings.map(({ rule, message }) => [rule, message])).toEqual([
      ['opt-out', 'Oppositions, version 1 de la liste : < 11 personne(s) ôtée(s) de cette version.'],
    ])
    for (const [table, rows] of [
      ['people', 39],
      ['stays', 39],
    ] as const) {
      const file = join(room.home, 'datasets/versions/v2', `${table}.parquet`)
      const all = await queryParquet(`SELECT * FROM read_parquet('${file}')`)
      expect(all).toHaveLength(rows)
      expect(JSON.stringify(all)).not.toContain(named(8))
      expect(all[8]?.at(-1)).toBe({ people: 'w', stays: 'note-9' }[table])
    }
    const entry = room.audit.entries.map(({ body }) => body).at(-1)
    expect(entry).toMatchObject({ type: 'deposit.accepted', optOuts: { version: 1, removed: '< 11' } })
  })

  test('waits when its key is one that the list does not know: nobody who objects would be found', async () => {
    const renewed = Object.fromEntries(
      Object.entries(files).map(([table, body]) => [table, body.replaceAll('h1k01_', 'h1k02_')]),
    )
    const shown = await deposit(room.needs, 'versions', renewed)
    expect(shown.status).toBe('quarantined')
    expect(shown.findings.map(({ rule }) => rule)).toContain('opt-out.key')
  })
})

describe('what an extract leaves out', () => {
  const one = (index: number, changes: Partial<OptOut> = {}): OptOut => ({
    ...{ number: index, holder: 'h', pseudonym: named(index), addedVersion: index, addedAt: 0 },
    ...{ reversedVersion: null, reversedAt: null, ...changes },
  })

  test('moves on at k persons, not at k − 1, and not for one person k times', () => {
    const applied = { since: 1, version: 1 }
    const left = (all: OptOut[], k: number) =>
      exclusionOf({ all, latest: 99, applied, k, now: 1 }).pseudonyms.length
    const many = (count: number) => Array.from({ length: count }, (_, index) => one(index + 1))
    expect([left(many(11), 11), left(many(12), 11), left(many(12), 20), left(many(12), 3)]).toEqual([
      1, 12, 1, 12,
    ])
    const same = many(30).map((each) => ({ ...each, pseudonym: named(1) }))
    expect(exclusionOf({ all: same, latest: 99, applied, k: 11, now: 1 }).version).toBe(1)
  })

  test('moves on when the oldest has waited long enough', () => {
    const wait = (now: number) =>
      exclusionOf({ all: [one(2)], latest: 2, applied: { since: 1, version: 1 }, k: 11, now }).version
    expect([wait(longestWaitMs - 1), wait(longestWaitMs)]).toEqual([1, 2])
  })

  test('is told as a band', () => {
    expect([0, 1, 10, 11, 99, 100].map((count) => bandOfPersons(count, 11))).toEqual([
      ...['0', '< 11', '< 11', '≥ 10', '≥ 10', '≥ 100'],
    ])
    expect(bandOfPersons(15, 20)).toBe('< 20')
  })
})
