/** A line that its holder takes back leaves nothing behind, and takes nothing else along. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import { type NewTable, openWorkspace } from '../../services/dataset/workspace.ts'
import { type Parser, rowsFile } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { declare, deposit, fixedClock, openRoom, type Room } from './room.ts'

let room: Room
let parser: Parser
let bulles: Bulles
const evicted: string[] = []
beforeAll(async () => {
  room = await openRoom()
  parser = await openParser({ processes: 1 })
  for (const name of ['first', 'second']) {
    const fields = [{ name: 'id', type: 'integer', role: 'unit' }, { name: 'region' }]
    const resources = [{ name: 'people', schema: { fields } }]
    await declare(room.needs, { name, kind: 'personal', holder: 'chu-rouen', domain: 'd', resources })
    await deposit(room.needs, name, { people: 'id;region\n1;north\n2;south\n' })
  }
  const { home, atRest, keyring, catalogue, audit } = room
  const vault = { evict: async (id: string) => void evicted.push(id) }
  const shared = { home, atRest, keyring, catalogue, audit, parser, vault, log: silentLog, clock: fixedClock }
  bulles = openBulles({ ...shared, memoryBytes: 256 * 1024 ** 2 })
})
afterAll(async () => {
  await bulles.close()
  await parser.close()
  await room.close()
})

/** A permit on both datasets; the second alone is open once the first was taken back. */
function permits(base: string): { readonly both: CurrentPermit; readonly left: CurrentPermit } {
  const tables = { people: { columns: ['id', 'region'] } }
  const line = { holder: 'chu-rouen', k: 11, holderAct: 'countersign', holderJws: '', tables }
  const lines = [
    { ...line, id: 'L1', dataset: 'first' },
    { ...line, id: 'L2', dataset: 'second' },
  ]
  const withOpen = (openLines: readonly string[]) =>
    // The rest of a permit is nothing to the room of datasets.
    ({ permit: { base, lines }, standing: { openLines, suspendedLines: [] } }) as unknown as CurrentPermit
  return { both: withOpen(['L1', 'L2']), left: withOpen(['L2']) }
}

async function addDerived(project: string, dataset: string): Promise<void> {
  const table: NewTable = {
    ...{ format: 1, class: 'public', columns: [], unique: false, magnitude: 0, k: 11, definition: '' },
    ...{ seals: [], madeAt: 0, name: `of_${dataset}` },
    reads: [{ dataset, table: 'people', class: 'personal', columns: ['region'] }],
  }
  await openWorkspace(room).change(project, async (change) => {
    const made = await change.begin()
    await writeFile(join(made, rowsFile), '')
    await change.publish(made, table)
  })
}

test('its extract and the tables made from it are destroyed, the other line stays sealed as it was', async () => {
  const { both, left } = permits('P-RECALLED')
  bulles.seal(both)
  await bulles.idle()
  const before = await bulles.of(both)
  for (const dataset of ['first', 'second']) await addDerived('P-RECALLED', dataset)
  await bulles.shredLine(left, 'first')
  const workspace = await openWorkspace(room).list('P-RECALLED')
  expect(workspace.map(({ table }) => table.name)).toEqual(['of_second'])
  // One extract and the folder of derived tables, in it one table and its rows.
  expect(await readdir(join(room.home, 'bulles/P-RECALLED'))).toHaveLength(2)
  expect(await readdir(join(room.home, 'bulles/P-RECALLED/workspace'))).toHaveLength(2)
  expect((await bulles.of(left)).datasets).toEqual(before.datasets.filter(({ name }) => name === 'second'))
  expect(evicted).toEqual([before.id])
  const bulle = expect.stringMatching(/^P-RECALLED\/[0-9a-f]{24}$/)
  expect(room.audit.entries.at(-1)?.body).toEqual({ type: 'bulle.shredded', bulle })
})

test('it is destroyed once, and no new version seals it again', async () => {
  const { left } = permits('P-RECALLED')
  const { length } = room.audit.entries
  await bulles.shredLine(left, 'first')
  bulles.published('first')
  await bulles.idle()
  expect(room.audit.entries).toHaveLength(length)
})

test('it is destroyed as soon as it is there when it was being sealed', async () => {
  const { both, left } = permits('P-HASTY')
  bulles.seal(both)
  await bulles.shredLine(left, 'first')
  expect((await bulles.of(left)).datasets.map(({ name }) => name)).toEqual(['second'])
  expect(await readdir(join(room.home, 'bulles/P-HASTY'))).toHaveLength(1)
})
