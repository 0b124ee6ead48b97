import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import { openDatasets } from '../../services/dataset/filter.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import type { CurrentPermit, PermitLine } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { queryParquet } from './parquet.ts'
import { declare, deposit, fixedClock, openRoom, type Room } from './room.ts'

const table = (name: string, fields: unknown[], more: object = {}) => ({ name, schema: { fields, ...more } })

const cohort = (name: string) => ({
  name,
  kind: 'personal',
  holder: 'chu-rouen',
  domain: 'patients-normandie',
  resources: [
    table('people', [
      { name: 'id', type: 'integer', role: 'unit' },
      { name: 'region' },
      { name: 'secret' },
      { name: 'twin', type: 'integer', role: 'unit-reference' },
    ]),
    table('stays', [
      { name: 'stay', type: 'integer', role: 'key' },
      { name: 'id', type: 'integer', role: 'unit' },
      { name: 'year', type: 'integer' },
    ]),
    table('acts', [{ name: 'during', type: 'integer', role: 'key' }, { name: 'code' }], {
      foreignKeys: [{ fields: ['during'], reference: { resource: 'stays', fields: ['stay'] } }],
    }),
    { ...table('places', [{ name: 'region' }, { name: 'label' }]), class: 'public' },
  ],
})

/** Ten persons; odd ones live in the north; person i has stays 10·i and 10·i + 1, with one act each. */
const numbers = Array.from({ length: 10 }, (_, index) => index + 1)
const files = {
  people: `id;region;secret;twin\n${numbers.map((i) => `${i};${i % 2 ? 'north' : 'south'};canary-${i};${i === 10 ? '' : i + 1}`).join('\n')}\n`,
  stays: `stay;id;year\n${numbers.flatMap((i) => [`${10 * i};${i};2020`, `${10 * i + 1};${i};${i === 3 ? '' : 2021}`]).join('\n')}\n`,
  acts: `during;code\n${numbers.flatMap((i) => [`${10 * i};A`, `${10 * i + 1};B`]).join('\n')}\n;C\n`,
  places: 'region;label\nnorth;Nord\nsouth;Sud\neast;Est\n',
}

type Grant = Partial<Pick<PermitLine, 'population'>> & {
  readonly tables: PermitLine['tables']
  readonly dataset?: string
}

function permit(base: string, ...grants: Grant[]): CurrentPermit {
  const lines = grants.map((grant, index) => ({
    id: `L${index + 1}`,
    holder: 'chu-rouen',
    k: 11 + index,
    holderAct: 'countersign',
    holderJws: '',
    dataset: 'cohort',
    ...grant,
  }))
  const standing = {
    state: 'active',
    currentVersion: 1,
    openLines: lines.map((line) => line.id),
    suspendedLines: [],
  }
  // The rest of a permit is nothing to the room of datasets.
  return { permit: { base, lines }, standing } as unknown as CurrentPermit
}

let room: Room
let parser: Parser
let bulles: Bulles
beforeAll(async () => {
  room = await openRoom()
  parser = await openParser({ processes: 1 })
  for (const name of ['cohort', 'other']) {
    await declare(room.needs, cohort(name))
    expect(await deposit(room.needs, name, files)).toMatchObject({ status: 'accepted' })
  }
  bulles = opened()
})
afterAll(async () => {
  await bulles.close()
  await parser.close()
  await room.close()
})

function opened(): Bulles {
  return openBulles({ ...room, parser, log: silentLog, clock: fixedClock, memoryBytes: 256 * 1024 ** 2 })
}

async function sealed(current: CurrentPermit): Promise<Bulle> {
  bulles.seal(current)
  await bulles.idle()
  return bulles.of(current)
}

async function rows(bulle: Bulle, name: string, columns = '*'): Promise<unknown[][]> {
  const file = bulle.tables.find((one) => one.name === name)?.mount.file
  return queryParquet(`SELECT ${columns} FROM read_parquet('${file}') ORDER BY ALL`)
}

const all = {
  people: { columns: ['id', 'region', 'twin'] },
  stays: { columns: ['stay', 'id', 'year'] },
  acts: { columns: ['during', 'code'] },
  places: { columns: ['region', 'label'] },
}

describe('a sealed line', () => {
  test('holds granted columns only, and says of each what the descriptor says', async () => {
    const bulle = await sealed(permit('P-COLUMNS', { tables: { people: { columns: ['region'] } } }))
    expect(bulle.tables).toMatchObject([
      {
        name: 'people',
        class: 'personal',
        unique: true,
        domain: 'patients-normandie',
        columns: [{ name: 'region', type: 'VARCHAR' }],
      },
    ])
    const names = await queryParquet(
      `SELECT column_name FROM (DESCRIBE SELECT * FROM '${bulle.tables[0]?.mount.file}')`,
    )
    expect(names.flat()).toEqual(['region', '__pix'])
    const content = JSON.stringify(await rows(bulle, 'people'))
    expect(content).not.toContain('canary')
  })

  test('keeps the persons of the population in every personal table, and all rows of public ones', async () => {
    const current = permit('P-POPULATION', {
      tables: all,
      population: { table: 'people', filter: "region = 'north' AND secret <> 'canary-1'" },
    })
    const bulle = await sealed(current)
    const persons = await rows(bulle, 'people', 'id')
    expect(persons).toHaveLength(4)
    expect(await rows(bulle, 'stays', 'DISTINCT id')).toEqual(persons)
    expect(await rows(bulle, 'acts')).toHaveLength(8)
    expect(await rows(bulle, 'places')).toHaveLength(3)
    expect(bulle.tables.find((one) => one.name === 'places')).toMatchObject({ class: 'public', rows: 3 })
    expect(await bulles.status('P-POPULATION')).toMatchObject({
      status: 'ready',
      tables: [
        { name: 'people', dataset: current.permit.lines[0]?.dataset },
        { name: 'stays' },
        { name: 'acts' },
        { name: 'places', rows: 3 },
      ],
    })
  })

  test('filters on columns that are not granted; NULL excludes; a table without a unit follows the full dataset', async () => {
    const current = permit('P-FILTER', {
      tables: { stays: { columns: ['stay'], filter: 'year > 2020' }, acts: { columns: ['during', 'code'] } },
      population: { table: 'stays', filter: 'year = 2021' },
    })
    const bulle = await sealed(current)
    // Person 3 has no year on the second stay; the act without a stay belongs to nobody.
    expect(await rows(bulle, 'stays')).toHaveLength(9)
    expect(await rows(bulle, 'acts', 'code, count(*)').catch(() => null)).toBeNull()
    expect(await rows(bulle, 'acts')).toHaveLength(18)
    const kept = await rows(bulle, 'acts', 'DISTINCT __pix')
    expect(kept).toHaveLength(9)
  })

  test('re-names persons, references and keys as text, alike in every table, and numbers persons densely', async () => {
    const bulle = await sealed(permit('P-NAMES', { tables: all }))
    const people = await rows(bulle, 'people', 'id, twin, __pix')
    expect(people.map((row) => row[2]).sort()).toEqual(numbers.map((i) => i - 1))
    for (const [id] of people) expect(id).toMatch(/^p[0-9a-f]{32}$/)
    const twins = people.flatMap(([, twin]) => (twin === null ? [] : [twin]))
    expect(people.map(([id]) => id)).toEqual(expect.arrayContaining(twins))
    expect(await rows(bulle, 'stays', 'DISTINCT id, __pix')).toEqual(
      people.map(([id, , pix]) => [id, pix]).sort(),
    )
    const stays = (await rows(bulle, 'stays', 'stay, __pix')).map(String)
    expect((await rows(bulle, 'acts', 'during, __pix')).map(String)).toEqual(stays)
    expect(stays[0]).toMatch(/^k[0-9a-f]{32},/)
    expect(bulle.tables.slice(1, 3).map(({ columns }) => columns[0])).toEqual([
      { name: 'stay', type: 'VARCHAR', role: 'key' },
      { name: 'during', type: 'VARCHAR', role: 'key', key: 'stay' },
    ])
    expect(bulle.tables.map((one) => one.unique)).toEqual([true, false, false, false])
    const order = await queryParquet(`SELECT __pix FROM read_parquet('${bulle.tables[1]?.mount.file}')`)
    expect(order).toEqual([...order].sort((a, b) => Number(a[0]) - Number(b[0])))
  })

  test('shares no pseudonym and no order with another project', async () => {
    const [one, two] = [
      await sealed(permit('P-ONE', { tables: all })),
      await sealed(permit('P-TWO', { tables: all })),
    ]
    const names = async (bulle: Bulle) =>
      [...(await rows(bulle, 'people', 'id')), ...(await rows(bulle, 'acts', 'during'))].flat()
    const shared = new Set(await names(one))
    expect((await names(two)).filter((name) => shared.has(name))).toEqual([])
  })

  test('numbers the persons of one domain alike in every dataset of the project, also when sealed later', async () => {
    const first = {
      tables: { people: { columns: ['id'] } },
      population: { table: 'people', filter: 'id <= 4' },
    }
    await sealed(permit('P-DOMAIN', first))
    const both = await sealed(
      permit('P-DOMAIN', first, { dataset: 'other', tables: { people: { columns: ['id', 'region'] } } }),
    )
    const [four, ten] = await Promise.all(
      both.tables.map((one) => queryParquet(`SELECT id, __pix FROM '${one.mount.file}' ORDER BY __pix`)),
    )
    expect(ten?.slice(0, 4)).toEqual(four)
    expect(ten?.map((row) => row[1])).toEqual(numbers.map((i) => i - 1))
    expect(both).toMatchObject({
      k: 12,
      datasets: [
        { name: 'cohort', version: 1, k: 11 },
        { name: 'other', k: 12 },
      ],
    })
  })
})

describe('bulles', () => {
  test('are not ready while they are sealed, and recorded before they are', async () => {
    const current = permit('P-READY', { tables: all })
    await expect(bulles.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    const { status, progress } = await bulles.status('P-READY')
    expect([status, progress?.step]).toEqual(['preparing', expect.stringMatching(/^(queued|seal)$/)])
    await bulles.idle()
    expect(await bulles.of(current)).toMatchObject({ project: 'P-READY' })
    const own = room.audit.entries.filter((entry) => entry.about.project === 'P-READY')
    expect(own.map((entry) => entry.body.type)).toEqual(['key.created', 'bulle.sealed'])
  })

  test('stay on the version they were sealed on, after a restart too', async () => {
    const current = permit('P-VERSION', { tables: { people: { columns: ['id'] } } })
    const before = await sealed(current)
    await deposit(room.needs, 'cohort', files)
    const again = opened()
    again.seal(current)
    await again.idle()
    expect(await again.of(current)).toEqual(before)
    expect(before.datasets[0]?.version).toBe(1)
    await again.close()
  })

  test('wait for a dataset without a version, and are sealed when it comes', async () => {
    await declare(room.needs, cohort('late'))
    const current = permit('P-LATE', { dataset: 'late', tables: { people: { columns: ['id'] } } })
    bulles.seal(current)
    await bulles.idle()
    await expect(bulles.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    await deposit(room.needs, 'late', files)
    bulles.published('late')
    await bulles.idle()
    expect(await bulles.of(current)).toMatchObject({ datasets: [{ name: 'late', version: 1 }] })
  })

  test('that fail leave nothing but their entry', async () => {
    const current = permit('P-FAIL', { tables: { people: { columns: ['id'], filter: 'nothing = 1' } } })
    bulles.seal(current)
    await bulles.idle()
    await expect(bulles.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    expect(await readdir(join(room.home, 'bulles/P-FAIL')).catch(() => [])).toEqual([])
    expect(room.audit.entries.at(-1)?.body.type).toBe('bulle.failed')
  })

  test('that failed are tried again when somebody asks, after a minute', async () => {
    const { catalogue } = room
    let now = 0
    const again = openBulles({ ...room, parser, log: silentLog, clock: { now: () => now } })
    const folder = (await catalogue.find('other'))?.latest?.folder ?? ''
    const current = permit('P-AGAIN', { dataset: 'other', tables: { people: { columns: ['id'] } } })
    await rename(folder, `${folder}-away`)
    again.seal(current)
    await again.idle()
    await rename(`${folder}-away`, folder)
    await expect(again.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    await again.idle()
    await expect(again.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    now = 60_000
    await expect(again.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    await again.idle()
    expect(await again.of(current)).toMatchObject({ project: 'P-AGAIN' })
    await again.close()
  })

  test('answer nothing when a file is not the one that was sealed, and answer again when it is', async () => {
    const current = permit('P-DAMAGED', { tables: { people: { columns: ['id'] } } })
    const bulle = await sealed(current)
    const [line = ''] = await readdir(join(room.home, 'bulles/P-DAMAGED'))
    const path = join(room.home, 'bulles/P-DAMAGED', line, 'people.parquet.sealed')
    const whole = await readFile(path)
    const flipped = Buffer.from(whole)
    flipped[20] = (flipped[20] ?? 0) ^ 1
    const damage = { code: 'UNAVAILABLE', facts: { rule: 'bulle.damaged' } }
    await writeFile(path, flipped)
    await expect(bulles.of(current)).rejects.toMatchObject(damage)
    await rm(path)
    await expect(bulles.of(current)).rejects.toMatchObject(damage)
    await writeFile(path, whole)
    expect(await bulles.of(current)).toEqual(bulle)
    await writeFile(join(path, '../manifest.json'), '{')
    await expect(bulles.of(current)).rejects.toMatchObject(damage)
  })

  test('are not sealed from a version whose files are not those that were accepted', async () => {
    const path = join((await room.catalogue.find('other'))?.latest?.folder ?? '', 'people.parquet.sealed')
    const whole = await readFile(path)
    const flipped = Buffer.from(whole)
    flipped[20] = (flipped[20] ?? 0) ^ 1
    await writeFile(path, flipped)
    const current = permit('P-CHANGED', { dataset: 'other', tables: { stays: { columns: ['year'] } } })
    bulles.seal(current)
    await bulles.idle()
    await writeFile(path, whole)
    await expect(bulles.of(current)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    expect(room.audit.entries.at(-1)?.body.type).toBe('bulle.failed')
  })

  test('are destroyed with their key when the project is closed', async () => {
    const { datasets } = await sealed(permit('P-CLOSED', { tables: all }))
    const destroyed = await bulles.closeProject('P-CLOSED')
    expect(destroyed.extracts).toMatchObject([{ dataset: 'cohort', sha256: datasets[0]?.seal }])
    expect(destroyed.key).toMatch(/^[0-9a-f]{64}$/)
    expect(await readdir(join(room.home, 'bulles/P-CLOSED'))).toEqual(['closed'])
    expect(await room.keyring.find({ kind: 'pseudonym', id: 'P-CLOSED' })).toBeNull()
    expect(await bulles.status('P-CLOSED')).toEqual({ status: 'closed', tables: [] })
    expect(await bulles.closeProject('P-CLOSED')).toEqual(destroyed)
    const last = room.audit.entries.slice(-2).map(({ body }) => body.type)
    expect(last).toEqual(['bulle.closed', 'bulle.shredded'])
  })

  test('that were marked closed when the process died are destroyed all the same', async () => {
    await sealed(permit('P-CRASHED', { tables: all }))
    await writeFile(join(room.home, 'bulles/P-CRASHED/closed'), JSON.stringify({ extracts: [], key: null }))
    await bulles.closeProject('P-CRASHED')
    expect(await readdir(join(room.home, 'bulles/P-CRASHED'))).toEqual(['closed'])
  })
})

describe('a filter', () => {
  const check = (filter: string) =>
    openDatasets({ catalogue: room.catalogue, parser }).checkFilter({
      dataset: 'cohort',
      table: 'people',
      filter,
      path: 'p',
    })

  test('of persons is not taken from a public table', async () => {
    const asked = { dataset: 'cohort', table: 'places', filter: "region = 'east'" }
    const { checkFilter } = openDatasets({ catalogue: room.catalogue, parser })
    expect(await checkFilter({ ...asked, path: 'lines[0].population.filter' })).toMatchObject({
      message: 'a population is taken from a table of persons',
    })
    expect(await checkFilter({ ...asked, path: 'lines[0].tables.places.filter' })).toBeNull()
  })

  test.each([
    "region = 'north'",
    'id BETWEEN 1 AND 3 OR twin IS NULL',
    "region IN ('north', 'south') AND NOT (secret LIKE 'c%')",
    "CASE WHEN id > 3 THEN true ELSE lower(region) = 'x' END",
    'CAST(id AS VARCHAR) <> region',
    '"REGION" IS DISTINCT FROM secret -- a comment',
  ])('may be %s', async (filter) => {
    expect(await check(filter)).toBeNull()
  })

  test.each([
    ['', 'this is not one SQL expression'],
    ['id = 1; DROP TABLE people', 'this is not one SQL expression'],
    ['id', 'this expression does not fit'],
    ["region + 1 = 'x'", 'this expression does not fit'],
    ['people.id = 1', 'only columns of this table'],
    ["current_date > DATE '2020-01-01'", 'only columns of this table'],
    ['year = 2020', 'only columns of this table'],
    ['id = (SELECT 1)', 'only comparisons'],
    ['EXISTS (SELECT 1)', 'only comparisons'],
    ['id = ?', 'only comparisons'],
    ['row_number() OVER () = 1', 'only comparisons'],
    ['id = 1) GROUP BY (1', 'only comparisons'],
    ['id = 1) UNION SELECT (1', 'this is not one SQL expression'],
    ['sum(id) > 1', 'this function is not permitted'],
    ['random() < 0.5', 'this function is not permitted'],
    ['now() IS NULL', 'this function is not permitted'],
    ["age(DATE '2020-01-01') > INTERVAL 1 DAY", 'this function is not permitted'],
    ["read_text('/etc/passwd') = region", 'this function is not permitted'],
    [`${'lower('.repeat(80)}region${')'.repeat(80)} = 'x'`, 'this expression is too'],
  ])('may not be %s', async (filter, message) => {
    expect((await check(filter))?.message).toContain(message)
  })
})
