/** The same persons in two projects: nothing that both hold leads from one to the other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import { pseudonymOf } from '../../services/dataset/pseudonym.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { queryParquet } from './parquet.ts'
import { declare, deposit, fixedClock, openRoom, type Room } from './room.ts'

let room: Room
let parser: Parser
let bulles: Bulles
const numbers = Array.from({ length: 200 }, (_, index) => index + 1)

beforeAll(async () => {
  room = await openRoom()
  parser = await openParser({ processes: 1 })
  const fields = [{ name: 'id', role: 'unit' }, { name: 'stay', role: 'key' }, { name: 'label' }]
  const resources = [{ name: 'stays', schema: { fields } }]
  await declare(room.needs, { name: 'linked', kind: 'personal', holder: 'chu-rouen', domain: 'd', resources })
  // Identifiers of every length: neither may show through.
  const lines = numbers.map((i) => `${'9'.repeat(i % 40)}${i};s${i};person ${i}`)
  await deposit(room.needs, 'linked', { stays: `id;stay;label\n${lines.join('\n')}\n` })
  const { home, atRest, keyring, catalogue, audit } = room
  const shared = { home, atRest, keyring, catalogue, audit, parser, log: silentLog, clock: fixedClock }
  bulles = openBulles({ ...shared, memoryBytes: 256 * 1024 ** 2 })
})
afterAll(async () => {
  await bulles.close()
  await parser.close()
  await room.close()
})

async function sealed(base: string): Promise<Bulle> {
  const tables = { stays: { columns: ['id', 'stay', 'label'] } }
  const line = { id: 'L1', holder: 'chu-rouen', k: 11, holderAct: 'countersign', holderJws: '' }
  const permit = { base, lines: [{ ...line, dataset: 'linked', tables }] }
  // The rest of a permit is nothing to the room of datasets.
  const current = { permit, standing: { openLines: ['L1'], suspendedLines: [] } } as unknown as CurrentPermit
  bulles.seal(current)
  await bulles.idle()
  return bulles.of(current)
}

/** Identifiers of the extract in the order of its file, each with the person that the label names. */
async function identifiers(bulle: Bulle): Promise<[string, string, number, string][]> {
  const file = bulle.tables[0]?.mount.file
  return (await queryParquet(`SELECT id, stay, __pix, label FROM read_parquet('${file}')`)) as never
}

/** Share of pairs that two orders of the same persons have alike; a half for orders that know nothing of each other. */
function agreement(one: readonly string[], other: readonly string[]): number {
  const place = new Map(other.map((label, index) => [label, index]))
  const places = one.map((label) => place.get(label) ?? -1)
  const pairs = places.flatMap((a, index) => places.slice(index + 1).map((b) => (a < b ? 1 : 0)))
  return pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length
}

test('no identifier is equal, has another length, or stands in the same order', async () => {
  const [first, second] = [await identifiers(await sealed('P-1')), await identifiers(await sealed('P-2'))]
  const values = (rows: typeof first) => rows.flatMap((row) => row.slice(0, 2)).map(String)
  const seen = new Set(values(first))
  expect(values(second).filter((one) => seen.has(one))).toEqual([])
  expect(new Set([...values(first), ...values(second)].map((one) => one.length))).toEqual(new Set([33]))
  const orders = [first, second].map((rows) => rows.map(([, , , label]) => label))
  const source = numbers.map((i) => `person ${i}`)
  // Six standard deviations of the share over random orders of two hundred persons.
  for (const [one = [], other = []] of [orders, [orders[0], source], [orders[1], source]]) {
    expect(Math.abs(agreement(one, other) - 0.5)).toBeLessThan(0.15)
  }
  const pix = new Map(first.map(([, , one, label]) => [label, one]))
  expect(second.filter(([, , one, label]) => pix.get(label) === one).length).toBeLessThan(12)
})

test('after the key of a project is destroyed, neither source nor a new key leads to what was seen', async () => {
  const before = await identifiers(await sealed('P-3'))
  const name = { kind: 'pseudonym', id: 'P-3' } as const
  const key = (await room.keyring.find(name)) ?? Buffer.alloc(32)
  const value = '99'
  const space = { kind: 'unit', domain: 'd' } as const
  const label = before.find(([id]) => id === pseudonymOf(key, space, `${value}2`))?.[3]
  // With the key the source leads to the person: this is what its destruction takes away.
  expect(label).toBe('person 2')
  await bulles.closeProject('P-3')
  expect(await room.keyring.find(name)).toBeNull()
  const others = await Promise.all(['P-1', 'P-2'].map((id) => room.keyring.of({ kind: 'pseudonym', id })))
  const seen = new Set(before.map(([id]) => id))
  for (const other of [...others, Buffer.alloc(32)]) {
    expect(numbers.filter((i) => seen.has(pseudonymOf(other, space, `${'9'.repeat(i % 40)}${i}`)))).toEqual(
      [],
    )
  }
})
