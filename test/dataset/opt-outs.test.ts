/** Persons who object: their list, and the extracts that are made without them. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type Applied,
  bandOfPersons,
  dueAt,
  exclusionOf,
  longestWaitMs,
} from '../../services/dataset/exclusion.ts'
import { commitmentTo } from '../../services/dataset/opt-out-commitment.ts'
import type { OptOut } from '../../services/dataset/opt-out-register.ts'
import {
  type OptOutNeeds,
  readOptOuts,
  registerOptOuts,
  reverseOptOut,
} from '../../services/dataset/opt-outs.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { column, filesOf, named, openWorld, permitOf, sealed, type World } from './objectors.ts'
import { queryParquet } from './parquet.ts'
import { deposit, fixedClock, havre, person, type Room, rouen } from './room.ts'

const dpo = person('nadia', 'plateforme', 'dpo')
const files = filesOf()

let world: World
let room: Room
const needs = () => world.needs
const now = fixedClock.now()

beforeAll(async () => {
  world = await openWorld()
  room = world.room
})
afterAll(() => world.close())

const publish = (name: string) => world.publish(name)
const object = (dataset: string, ...who: number[]) => world.object(dataset, ...who)

/** The labels of all persons in the extract that this project now gets, and the bulle. */
async function extractOf(project: string, dataset: string, columns = ['id', 'twin', 'label']) {
  const bulle = await sealed(world.bulles, permitOf(project, { datasets: [dataset], columns }))
  return { bulle, labels: await column(bulle, 'people', 'label') }
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
    const read = await readOptOuts(needs(), dpo, { dataset: 'receipts' })
    expect(read.receipts).toHaveLength(3)
    expect(JSON.stringify(read)).not.toContain('h1k01')
  })

  test('gives whoever files it a receipt of the log, by which the list and its dates can be shown', async () => {
    const { filed, domain, version } = await object('receipts', 2, 3, 30)
    const entry = room.audit.entries.map(({ body }) => body).at(-1)
    expect(entry).toEqual({
      ...{ type: 'opt-out.registered', dataset: 'receipts', domain, version, persons: '< 11' },
      ...{ sha256: filed.sha256, openProjectsBy: '2026-12-21T12:00:00.000Z' },
    })
    expect(filed).toMatchObject({ persons: '< 11', effectiveAt: '2026-11-21T12:00:00.000Z' })
    expect(filed.receipt).toMatchObject({ seq: room.audit.entries.length })
    expect(commitmentTo(filed.nonce, [named(30), named(3), named(2)])).toBe(filed.sha256)
    expect(commitmentTo(filed.nonce, [named(3), named(2)])).not.toBe(filed.sha256)
  })

  test('is looked at again for open projects once it has changed, and not when it was refused', async () => {
    const told: number[] = []
    const asked = {
      ...needs(),
      onOptOuts: () => {
        told.push(room.audit.entries.length)
      },
    }
    const file = (one: string) => registerOptOuts(asked, rouen, { dataset: 'receipts', pseudonyms: [one] })
    await file(named(2))
    expect(told).toEqual([room.audit.entries.length])
    await expect(file('f'.repeat(32))).rejects.toMatchObject({ code: 'INVALID' })
    expect(told).toHaveLength(1)
  })

  test('has no new version for persons who all stand already, and the log says that nothing came of it', async () => {
    const { version } = await object('receipts', 1, 2)
    const { seq } = (await object('receipts', 2)).filed.receipt
    expect((await readOptOuts(needs(), dpo, { dataset: 'receipts' })).version).toBe(version)
    expect(room.audit.entries.at(-1)?.body).toEqual({ type: 'state.aborted', of: seq })
  })

  test('keeps no hash in the log that somebody with a pseudonym could look for', async () => {
    const first = await object('receipts', 31)
    const again = await object('receipts', 31)
    expect(first.filed.sha256).not.toBe(again.filed.sha256)
    const plain = [named(31), JSON.stringify([named(31)])].map(sha256)
    expect(plain).not.toContain(first.filed.sha256)
    expect(JSON.stringify(room.audit.entries)).not.toContain(first.filed.nonce)
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
    await expect(readOptOuts(needs(), havre, { dataset: 'receipts' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(registerOptOuts(needs(), dpo, about)).rejects.toMatchObject({ code: 'ROLE' })
  })

  test('is read as it stood at any instant', async () => {
    const begun = fixedClock.now()
    const later = { at: begun + 1000 }
    world.clock.set(later.at)
    const { receipts } = await object('receipts', 33)
    const number = receipts[0]?.number ?? 0
    world.clock.set(later.at + 1000)
    await reverseOptOut(needs(), rouen, { dataset: 'receipts', number })
    const at = async (instant?: number) => {
      const read = await readOptOuts(needs(), dpo, { dataset: 'receipts', at: instant })
      return { version: read.version, own: read.receipts.find((one) => one.number === number) }
    }
    const [before, during, after] = [await at(begun), await at(later.at), await at()]
    expect(before.own).toBeUndefined()
    expect(during).toMatchObject({ version: before.version + 1, own: { number } })
    expect(during.own).not.toHaveProperty('reversedAt')
    expect(after).toMatchObject({
      version: before.version + 2,
      own: { number, reversedAt: expect.anything() },
    })
    world.clock.set(begun)
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
      { type: 'opt-out.registered', dataset: 'receipts', version: 7 },
      { type: 'opt-out.reversed', dataset: 'receipts', number },
    ])
    expect(JSON.stringify(room.audit.entries)).not.toContain('h1k01')
  })

  test('keeps who was to be registered until the list has them, wherever the node is killed', async () => {
    const cut = new Error('killed')
    const killed = (at: 'before its entry' | 'after it') => ({
      ...needs(),
      audit: {
        ...needs().audit,
        append: async (...entry: Parameters<OptOutNeeds['audit']['append']>) => {
          if (at === 'after it') await needs().audit.append(...entry)
          throw cut
        },
      },
    })
    const about = { dataset: 'receipts', pseudonyms: [named(34)] }
    await expect(registerOptOuts(killed('before its entry'), rouen, about)).rejects.toBe(cut)
    await expect(registerOptOuts(killed('after it'), rouen, about)).rejects.toBe(cut)
    const [without, registered] = await room.optOuts.begun()
    expect(room.audit.entries.at(-1)?.body).toMatchObject({ sha256: registered })
    const { version } = await readOptOuts(needs(), dpo, { dataset: 'receipts' })
    expect(await room.optOuts.finish(registered ?? '')).toBe(true)
    expect((await readOptOuts(needs(), dpo, { dataset: 'receipts' })).version).toBe(version + 1)
    expect(await room.optOuts.begun()).toEqual([without])
    expect(await room.optOuts.finish(without ?? '')).toBe(false)
    await room.optOuts.forget(without ?? '')
    expect(await room.optOuts.begun()).toEqual([])
  })
})

describe('an extract', () => {
  test('built after the effect date has no row and no reference of a person who objects', async () => {
    await publish('planted')
    const { receipts } = await object('planted', 5)
    expect(Date.parse(receipts[0]?.effectiveAt ?? '')).toBeLessThanOrEqual(now)
    const { bulle, labels } = await extractOf('P-NEW', 'planted')
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

  test('takes nobody back into a project that left them out, but into later projects', async () => {
    await publish('returns')
    const { receipts } = await object('returns', 6)
    expect((await extractOf('P-FORMER', 'returns')).labels).not.toContain('canary-6')
    await reverseOptOut(needs(), rouen, { dataset: 'returns', number: receipts[0]?.number ?? 0 })
    expect((await extractOf('P-FORMER', 'returns', ['id', 'label'])).labels).not.toContain('canary-6')
    expect((await extractOf('P-LATER', 'returns')).labels).toContain('canary-6')
  })

  test('holds no first-level pseudonym, not even of those it left out', async () => {
    const { bulle } = await extractOf('P-NEW', 'planted')
    for (const { mount } of bulle.tables) {
      const line = basename(dirname(mount.file))
      const manifest = await readFile(join(room.home, 'bulles/P-NEW', line, 'manifest.json'), 'utf8')
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
      const file = join(await room.openVersion('versions', 2), `${table}.parquet`)
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

  test('of a project that has some rests on the same list, whoever objects since', () => {
    const all = [one(1), one(2), one(3, { reversedVersion: 4, reversedAt: 1 })]
    const left = (applied: Applied | undefined) => exclusionOf({ all, latest: 5, applied }).pseudonyms
    expect(left({ since: 1, version: 1 })).toEqual([named(1)])
    expect(left({ since: 1, version: 5 })).toEqual([named(1), named(2), named(3)])
    expect(left(undefined)).toEqual([named(1), named(2)])
  })

  test('is due thirty days after the first of those who wait and still object', () => {
    const all = [one(1), one(2, { addedAt: 7, reversedVersion: 4 }), one(3, { addedAt: 9 }), one(4)]
    const later = all.map((each) => (each.number === 4 ? { ...each, addedAt: 20 } : each))
    expect(dueAt(later, { since: 1, version: 1 })).toBe(9 + longestWaitMs)
    expect(dueAt(later, { since: 1, version: 4 })).toBeUndefined()
  })

  test('is told as a band, in which nobody is few', () => {
    expect([0, 1, 10, 11, 99, 100].map((count) => bandOfPersons(count, 11))).toEqual([
      ...['< 11', '< 11', '< 11', '≥ 10', '≥ 10', '≥ 100'],
    ])
    expect(bandOfPersons(15, 20)).toBe('< 20')
  })
})
