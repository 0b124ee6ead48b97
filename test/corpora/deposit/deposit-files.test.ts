/**
 * Files that other people's programs wrote, given to the real check of deposits: each has the verdict, the rule and the
 * line that the list says, invented identifiers are found in all of them and nothing is said of the ordinary ones.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Finding, verdictOf } from '../../../services/dataset/finding.ts'
import { queryParquet } from '../../dataset/parquet.ts'
import { declare, deposit, openRoom, type Room, type Sent } from '../../dataset/room.ts'
import { broken } from './broken.ts'
import { type Case, contentTypeOf, programs, stay, tableOf } from './case.ts'
import { planted } from './planted.ts'
import { sound } from './sound.ts'

const folder = new URL('./files/', import.meta.url).pathname
const datasets = { accepted: sound, quarantined: planted, refused: broken } as const
type Verdict = keyof typeof datasets
const verdicts: readonly Verdict[] = ['accepted', 'quarantined', 'refused']

let room: Room
const found = new Map<Verdict, { readonly status: string; readonly findings: readonly Finding[] }>()
beforeAll(async () => {
  room = await openRoom()
  for (const verdict of verdicts) found.set(verdict, await check(verdict))
}, 300_000)
afterAll(() => room.close())

/** All files of one list as the tables of one deposit. */
async function check(verdict: Verdict) {
  const list = datasets[verdict]
  const resources = list.map(({ file, fields, more = [] }) => ({
    name: tableOf(file),
    schema: { fields: fields ?? [...stay, ...more] },
  }))
  await declare(room.needs, { name: verdict, kind: 'personal', holder: 'chu-rouen', resources })
  const sent = await Promise.all(list.map(async (one) => [tableOf(one.file), await sentOf(one)] as const))
  const { id, status } = await deposit(room.needs, verdict, Object.fromEntries(sent))
  const kept = await room.needs.register.deposit(id)
  return { status, findings: kept?.findings ?? [] }
}

async function sentOf({ file, dialect = {} }: Case): Promise<Sent> {
  const sent = { body: await readFile(join(folder, file)), type: contentTypeOf(file), dialect }
  return file.endsWith('.gz') ? { ...sent, encoding: 'gzip' } : sent
}

/** Of one table, as the list writes them; whether workers have a sandbox is no matter of a file. */
function findingsOf(verdict: Verdict, file: string): readonly Finding[] {
  const findings = found.get(verdict)?.findings ?? []
  return findings.filter(({ table }) => table === tableOf(file))
}

const labels = {
  french: [
    'Œdème aigu du poumon',
    'Forfait à 3 €',
    'Contrôle ; bilan, suite',
    'Dit "ordinaire"',
    'Cœur : état stable',
  ],
  latin: [
    'Oedème aigu du poumon',
    'Forfait à 3 euros',
    'Contrôle ; bilan, suite',
    'Dit "ordinaire"',
    'état stable',
  ],
  plain: ['Oedeme aigu', 'Forfait', 'Bilan et suite', 'Ordinaire', 'Etat stable'],
} as const

/** The rows of `make/rows.py`. */
function rowsOf({ rows = 'french', label = (text) => text, ageless = [] }: Case): unknown[][] {
  return Array.from({ length: 24 }, (_, index) => [
    `ps${String((7919 * index) % 9973).padStart(4, '0')}x`,
    ageless.includes(index) ? null : String(18 + ((index * 7) % 70)),
    new Date(Date.UTC(2024, 0, 28 + index)).toISOString().slice(0, 10),
    (1000 + 377 * index) / 4,
    ['I501', 'J189', 'K358', 'Z491'][index % 4],
    label(labels[rows][index % 5] ?? '', index),
  ])
}

describe.each(verdicts)('a deposit of the files to be %s', (verdict) => {
  test('has that verdict', () => {
    expect(found.get(verdict)?.status).toBe(verdict)
  })

  test.each(datasets[verdict].map((one) => [one.file, one] as const))('%s', (file, { findings }) => {
    const said = findingsOf(verdict, file)
    expect(verdictOf(said)).toBe(verdict)
    const shown = said.map(({ rule, column, line, count }) => [rule, column ?? null, line ?? null, count])
    expect(shown).toEqual(findings)
  })
})

test.each(sound.map((one) => [one.file, one] as const))(
  'the rows of %s are those that were written',
  async (file, one) => {
    const published = join(await room.openVersion('accepted', 1), `${tableOf(file)}.parquet`)
    const rows = await queryParquet(`SELECT * FROM read_parquet('${published}')`)
    if (one.rows === undefined) expect(rows).toHaveLength(one.count ?? 0)
    else expect(rows).toEqual(rowsOf(one))
  },
)

test('every file of the folder is in the list once, is small, and has the program that wrote it', async () => {
  const files = await readdir(folder)
  const listed = Object.values(datasets).flat()
  expect(listed.map(({ file }) => file).sort()).toEqual(files.sort())
  expect(files.length).toBeGreaterThanOrEqual(40)
  for (const { file, by } of listed) {
    expect((await stat(join(folder, file))).size).toBeLessThan(20_000)
    expect(programs[by]).toMatch(/\d/)
  }
})
