/** Opt-outs that arrive while a project is open: the next generation of its extracts (docs/decisions/0016). */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import type { Bulles } from '../../services/dataset/bulles.ts'
import { longestWaitMs } from '../../services/dataset/exclusion.ts'
import { readEffects } from '../../services/dataset/opt-out-effect.ts'
import { reverseOptOut } from '../../services/dataset/opt-outs.ts'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import {
  column,
  fileOf,
  filesOf,
  openWorld,
  permitOf,
  persons,
  renewed,
  sealed,
  type World,
} from './objectors.ts'
import { queryParquet } from './parquet.ts'
import { deposit, fixedClock, person, rouen } from './room.ts'

let world: World
let bulles: Bulles
/** Ends the queries that a test holds open. */
let endQueries: () => void = () => {}
let running: Promise<void> = Promise.resolve()
beforeAll(async () => {
  world = await openWorld({ ended: () => running })
  bulles = world.bulles
})
beforeEach(() => {
  world.clock.set(fixedClock.now())
  running = Promise.resolve()
})
afterAll(() => world.close())

const labels = (bulle: Bulle) => column(bulle, 'people', 'label')
const few = [...persons.slice(10, 20)]
const lastEntry = (type: string) =>
  world.room.audit.entries.map(({ body }) => body).findLast((one) => one.type === type)

const entryOf = (project: string) =>
  world.room.audit.entries
    .map(({ body }) => body)
    .findLast((one) => one.type === 'bulle.renewed' && one.bulle === project)

function holdQueries(): void {
  running = new Promise((resolve) => {
    endQueries = resolve
  })
}

/** Who is in one and not in the other. */
function lost(before: readonly string[], after: readonly string[]): string[] {
  return before.filter((one) => !after.includes(one))
}

describe('an open project', () => {
  const kept = permitOf('P-KEPT', { datasets: ['reversed'], mode: 'ehds71_3' })

  test('loses nobody before eleven who object are in its extract, then all of them at once', async () => {
    await world.publish('batch')
    const current = permitOf('P-BATCH', { datasets: ['batch'] })
    const before = await sealed(bulles, current)
    await world.object('batch', 3)
    expect((await renewed(bulles, current)).id).toBe(before.id)
    await world.object('batch', ...few)
    const after = await renewed(bulles, current)
    expect(after.id).not.toBe(before.id)
    const gone = [3, ...few].map((i) => `canary-${i}`).sort()
    const stayed = persons.map((i) => `canary-${i}`).filter((one) => !gone.includes(one))
    expect(await labels(after)).toEqual(stayed.sort())
    expect(await column(after, 'stays', 'note')).not.toContain('note-3')
    expect(entryOf('P-BATCH')).toEqual({
      ...{ type: 'bulle.renewed', bulle: 'P-BATCH', domain: 'domain-batch', generation: 1 },
      ...{ because: 'batch', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      optOuts: { version: 2, removed: '≥ 10' },
    })
    expect(JSON.stringify(world.room.audit.entries)).not.toMatch(/h1k01/)
  })

  test('keeps all else: versions, numbers of persons, and references to those who stay', async () => {
    const current = permitOf('P-BATCH', { datasets: ['batch'] })
    const bulle = await bulles.of(current)
    expect(bulle.datasets).toMatchObject([{ name: 'batch', version: 1 }])
    const other = await sealed(bulles, permitOf('P-NEW', { datasets: ['batch'] }))
    expect(await labels(other)).toEqual(await labels(bulle))
    const ids = new Set(await column(bulle, 'people', 'id'))
    const twins = await column(bulle, 'people', 'twin')
    expect(twins.length).toBeGreaterThan(0)
    expect(twins.filter((one) => !ids.has(one))).toEqual([])
    const [[highest] = []] = await queryParquet(
      `SELECT max(__pix) FROM read_parquet('${fileOf(bulle, 'people')}')`,
    )
    expect(highest).toBeGreaterThan(28)
  })

  test('counts who is in the extract, not who is on the list, and in each table', async () => {
    await world.publish('tables', { stays: 15 })
    const current = permitOf('P-TABLES', { datasets: ['tables'] })
    const before = await sealed(bulles, current)
    await world.object('tables', 14, ...Array.from({ length: 20 }, (_, i) => 100 + i))
    expect((await renewed(bulles, current)).id).toBe(before.id)
    // Eleven in the table of persons, one of whom has a stay.
    await world.object('tables', ...persons.slice(20, 30))
    expect((await renewed(bulles, current)).id).toBe(before.id)
  })

  test('is without one who waited thirty days, and never loses that one alone', async () => {
    await world.publish('late', { stays: 30 })
    const current = permitOf('P-LATE', { datasets: ['late'] })
    const before = await sealed(bulles, current)
    await world.object('late', 4)
    world.clock.set(fixedClock.now() + longestWaitMs - 1)
    expect((await renewed(bulles, current)).id).toBe(before.id)
    world.clock.set(fixedClock.now() + longestWaitMs)
    const known = await Promise.all(
      [['people', 'label'] as const, ['people', 'twin'] as const, ['stays', 'note'] as const].map(
        async ([table, name]) => ({ table, name, all: await column(before, table, name) }),
      ),
    )
    const after = await renewed(bulles, current)
    expect(await labels(after)).not.toContain('canary-4')
    for (const { table, name, all } of known) {
      const left = lost(all, await column(after, table, name)).length
      expect([table, name, left >= 11]).toEqual([table, name, true])
    }
    expect((await labels(after)).length).toBeGreaterThan(0)
    expect(entryOf('P-LATE')).toMatchObject({ because: 'delay', optOuts: { removed: '< 11' } })
  })

  test('takes back nobody who left, with an amended line or with another dataset', async () => {
    const before = await bulles.of(permitOf('P-LATE', { datasets: ['late'] }))
    const stayed = await labels(before)
    const amended = permitOf('P-LATE', { datasets: ['late'], columns: ['id', 'label', 'wing'] })
    expect(await labels(await sealed(bulles, amended))).toEqual(stayed)
    await world.publish('later', { domain: 'domain-late' })
    const both = await sealed(bulles, permitOf('P-LATE', { datasets: ['late', 'later'] }))
    const numbers = await queryParquet(
      ['late', 'later']
        .map((one) => `SELECT __pix, id, label FROM read_parquet('${fileOf(both, 'people', one)}')`)
        .join(' UNION ALL '),
    )
    expect(new Set(numbers.map(([, , label]) => label))).toEqual(new Set(stayed))
    expect(new Set(numbers.map(([pix]) => pix)).size).toBe(stayed.length)
    expect(new Set(numbers.map((row) => row.join())).size).toBe(stayed.length)
  })

  test('gives no number of one who left to anybody else', async () => {
    await world.publish('small', { people: 20, domain: 'domain-numbers' })
    await world.publish('large', { people: 40, domain: 'domain-numbers' })
    const small = permitOf('P-NUMBERS', { datasets: ['small'] })
    const pixOf = async (bulle: Bulle, dataset: string) =>
      new Map(
        (
          await queryParquet(`SELECT label, __pix FROM read_parquet('${fileOf(bulle, 'people', dataset)}')`)
        ).map(([label, pix]) => [String(label), Number(pix)]),
      )
    const before = await pixOf(await sealed(bulles, small), 'small')
    await world.object('small', ...persons.slice(0, 12))
    await renewed(bulles, small)
    const after = await pixOf(
      await sealed(bulles, permitOf('P-NUMBERS', { datasets: ['small', 'large'] })),
      'large',
    )
    expect(after.size).toBe(28)
    const former = new Map([...before].map(([label, pix]) => [pix, label]))
    expect([...after].filter(([label, pix]) => (former.get(pix) ?? label) !== label)).toEqual([])
  })

  test('is without one who reversed the opt-out meanwhile: a reversal counts for later permits', async () => {
    await world.publish('reversed')
    const current = permitOf('P-REVERSED', { datasets: ['reversed'] })
    await sealed(bulles, current)
    await sealed(bulles, kept)
    const { receipts } = await world.object('reversed', 7)
    await reverseOptOut(world.needs, rouen, { dataset: 'reversed', number: receipts[0]?.number ?? 0 })
    await world.object('reversed', ...few, 3)
    expect(await labels(await renewed(bulles, current))).not.toContain('canary-7')
    const later = await labels(await sealed(bulles, permitOf('P-LATER', { datasets: ['reversed'] })))
    expect(later).toContain('canary-7')
    expect(later).toHaveLength(29)
  })

  test('is left as it is by a permit of mode ehds71_3, whatever the delay', async () => {
    world.clock.set(fixedClock.now() + longestWaitMs)
    expect(await labels(await renewed(bulles, kept))).toHaveLength(40)
    expect(await bulles.optOuts(kept)).toMatchObject([{ state: 'kept', changes: [] }])
  })

  test('stays on its version of a dataset when a line is built again', async () => {
    await world.publish('versions')
    const before = await sealed(bulles, permitOf('P-VERSION', { datasets: ['versions'] }))
    await deposit(world.room.needs, 'versions', filesOf({ people: 39 }))
    const amended = permitOf('P-VERSION', { datasets: ['versions'], columns: ['id', 'label'] })
    const after = await sealed(bulles, amended)
    expect(after.datasets).toMatchObject([{ version: 1 }])
    expect(await labels(after)).toEqual(await labels(before))
    const other = await sealed(bulles, permitOf('P-VERSION-2', { datasets: ['versions'] }))
    expect(other.datasets).toMatchObject([{ version: 2 }])
  })

  test('of which nobody who objects is a part is told about like one that lost a few', async () => {
    const current = permitOf('P-VERSION', { datasets: ['versions'], columns: ['id', 'label'] })
    const before = await bulles.of(current)
    await world.object('versions', 500)
    world.clock.set(fixedClock.now() + longestWaitMs)
    expect((await renewed(bulles, current)).id).toBe(before.id)
    expect(entryOf('P-VERSION')).toMatchObject({
      ...{ bulle: 'P-VERSION', generation: 1, because: 'delay', optOuts: { removed: '< 11' } },
    })
    const told = await bulles.optOuts(current)
    expect(told).toMatchObject([{ state: 'applied', changes: [{ removed: '< 11', because: 'delay' }] }])
  })
})

describe('a former generation', () => {
  const current = permitOf('P-FORMER', { datasets: ['former'] })
  const folder = () => join(world.room.home, 'bulles/P-FORMER')

  test('is read to their end by the queries that began on it, then destroyed with the tables made from it', async () => {
    await world.publish('former')
    const before = await sealed(bulles, current)
    const workspace = openWorkspace(world.room)
    await workspace.change('P-FORMER', async ({ begin, publish }) => {
      const made = await begin()
      await writeFile(join(made, 'rows.parquet'), 'rows of canary-3')
      await publish(made, {
        ...{ format: 1, name: 'mine', class: 'personal', columns: [], unique: true, magnitude: 1, k: 11 },
        seals: before.datasets.map(({ name: dataset, seal = '' }) => ({ dataset, seal })),
        ...{ reads: [], definition: '', madeAt: 0 },
      })
    })
    await world.object('former', ...few, 3)
    holdQueries()
    bulles.renew()
    let after = before
    while (after.id === before.id) after = await bulles.of(current)
    // A query on the old one and one on the new one each have all of their files.
    expect(await labels(before)).toContain('canary-3')
    expect(await labels(after)).not.toContain('canary-3')
    expect(after.tables.map(({ name }) => name)).not.toContain('mine')
    endQueries()
    await bulles.idle()
    const names = await readdir(folder())
    expect(names.filter((one) => /^[0-9a-f]{24}/.test(one))).toEqual([expect.stringMatching(/-1$/)])
    expect(await readdir(join(folder(), 'workspace'))).toEqual([])
    expect(lastEntry('bulle.shredded')).toMatchObject({ bulle: expect.stringMatching(/^P-FORMER\//) })
  })

  test('and what a crash left of one that was never reached are gone after the next start', async () => {
    const [name = ''] = (await readdir(folder())).filter((one) => /-1$/.test(one))
    const orphans = [name.slice(0, 24), name.replace(/-1$/, '-2')]
    for (const one of orphans) await mkdir(join(folder(), one))
    await writeFile(join(folder(), 'left-2.parquet.sealed'), '')
    const again = world.again()
    const bulle = await sealed(again, current)
    expect(await labels(bulle)).toHaveLength(29)
    const names = await readdir(folder())
    for (const one of [...orphans, 'left-2.parquet.sealed']) expect(names).not.toContain(one)
    expect(names).toContain('left-1.parquet.sealed')
  })
})

describe('the effect on a permit', () => {
  const current = permitOf('P-FORMER', { datasets: ['former'] })
  const asked = (who: ReturnType<typeof person>, project = 'P-FORMER') => {
    const permits = { current: async (base: string) => (base === 'P-FORMER' ? current : null) }
    return readEffects({ permits, bulles }, who, project)
  }
  const alice = person('alice', 'lab', 'lead')

  test('is told to the lead, the DPO and the holder of a line, as bands', async () => {
    const told = await asked(alice)
    expect(told).toEqual({
      ...{ project: 'P-FORMER', mode: 'strict' },
      domains: [
        {
          ...{ domain: 'domain-former', version: 1, state: 'applied' },
          changes: [
            {
              ...{ at: '2026-11-21T12:00:00.000Z', generation: 1, version: 1 },
              ...{ removed: '≥ 10', because: 'batch' },
            },
          ],
        },
      ],
    })
    for (const who of [person('nadia', 'plateforme', 'dpo'), rouen]) expect(await asked(who)).toEqual(told)
  })

  test.each([
    ['another researcher', person('bob', 'lab', 'lead')],
    ['a holder of other data', person('havre', 'gh-havre', 'holder')],
    ['the organisation of the holder without that role', person('carl', 'chu-rouen')],
  ])('is not there for %s', async (_, who) => {
    await expect(asked(who)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('says what waits and until when, and that it is overdue when it could not be done', async () => {
    await world.object('former', 5)
    const by = new Date(fixedClock.now() + longestWaitMs).toISOString()
    expect((await asked(alice)).domains).toMatchObject([{ state: 'waiting', by }])
    world.clock.set(fixedClock.now() + longestWaitMs)
    expect((await asked(alice)).domains).toMatchObject([{ state: 'overdue', by }])
  })
})
