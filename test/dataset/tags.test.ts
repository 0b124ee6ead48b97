import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { mediaOf } from '../../services/dataset/media.ts'
import { openReader } from '../../services/dataset/reader.ts'

interface Column {
  readonly name: string
  readonly type?: string
  readonly quasiIdentifier?: string
  readonly role?: string
  readonly value: (i: number) => string
}

const rows = 60
const two = (n: number) => String(n).padStart(2, '0')
const day = (i: number) => `2024-${two(1 + (i % 12))}-${two(2 + (i % 26))}`

function rpps(i: number): string {
  const body = String(1_000_123_400 + i * 17)
  const sum = [...body].reduce((all, digit, at) => {
    const twice = 2 * Number(digit)
    return all + (at % 2 === 1 ? (twice > 9 ? twice - 9 : twice) : Number(digit))
  }, 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

/** Columns in pairs: one that has the tag, and one that nearly has it. */
const cases: readonly (readonly [string, Column, string | undefined])[] = [
  ['a day of birth by its name', { name: 'birth_date', type: 'date', value: day }, 'NAISSANCE_MOIS_ANNEE'],
  [
    'a day of birth by its values',
    { name: 'd1', type: 'date', value: (i) => `${1930 + i}-03-${two(2 + (i % 26))}` },
    'NAISSANCE_MOIS_ANNEE',
  ],
  [
    'a month of birth',
    { name: 'mois_naissance', value: (i) => `${1950 + (i % 40)}-0${1 + (i % 9)}` },
    'NAISSANCE_MOIS_ANNEE',
  ],
  [
    'a year of birth alone',
    { name: 'annee_naissance', type: 'integer', value: (i) => String(1950 + (i % 40)) },
    undefined,
  ],
  ['a municipality by its name', { name: 'code_commune', value: (i) => `762${two(i)}` }, 'COMMUNE_RESIDENCE'],
  [
    'a municipality by its values',
    { name: 'c2', value: (i) => `${i % 9 === 0 ? '2A' : '76'}0${two(i)}` },
    'COMMUNE_RESIDENCE',
  ],
  ['a department', { name: 'department', value: (i) => ['76', '14'][i % 2] ?? '' }, undefined],
  ['five digits of anything', { name: 'c4', value: (i) => String(12_000 + i * 37) }, undefined],
  ['a day of care', { name: 'admission', type: 'date', value: day }, 'DATE_SOINS_EXACTE'],
  [
    'a day of care as a number',
    { name: 'd5', type: 'integer', value: (i) => day(i).replaceAll('-', '') },
    'DATE_SOINS_EXACTE',
  ],
  [
    'a month of care',
    { name: 'care_month', type: 'date', value: (i) => `2024-${two(1 + (i % 12))}-01` },
    undefined,
  ],
  ['a day of the export', { name: 'date_extraction', type: 'date', value: () => '2024-05-17' }, undefined],
  ['a day of death', { name: 'DateDeces', type: 'date', value: day }, 'DATE_DECES_EXACTE'],
  [
    'a year of death',
    { name: 'annee_deces', type: 'integer', value: (i) => String(2000 + (i % 20)) },
    undefined,
  ],
  ['a municipality of death', { name: 'commune_deces', value: (i) => `762${two(i)}` }, 'COMMUNE_DECES'],
  ['a cause of death', { name: 'cause_deces', value: (i) => `C${10 + (i % 9)}` }, undefined],
  ['a professional by its name', { name: 'prescripteur', value: (i) => `P${i}` }, 'PROFESSIONNEL_ID'],
  ['a professional by its check digit', { name: 'p2', role: 'sensitive', value: rpps }, 'PROFESSIONNEL_ID'],
  ['eleven digits of anything', { name: 'p3', value: (i) => String(10_001_234_000 + (i % 9)) }, undefined],
  [
    'what the holder declared, whatever it looks like',
    { name: 'admission2', type: 'date', quasiIdentifier: 'DATE_DECES_EXACTE', value: day },
    'DATE_DECES_EXACTE',
  ],
]

let tags: ReadonlyMap<string, { readonly code: string; readonly source: string } | undefined>
let warned: readonly (string | undefined)[]
beforeAll(async () => {
  const columns = cases.map(([, column]) => column)
  const fields = [{ name: 'who', role: 'unit' }, ...columns.map(({ value: _, ...field }) => field)]
  const descriptor = descriptorSchema.parse({
    name: 'tagged',
    kind: 'personal',
    holder: 'chu-rouen',
    resources: [{ name: 'people', schema: { fields } }],
  })
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-tags-'))
  const path = join(scratch, 'people.sent')
  const lines = Array.from({ length: rows }, (_, i) =>
    [`p${i}`, ...columns.map(({ value }) => value(i))].join(';'),
  )
  await writeFile(path, `${fields.map(({ name }) => name).join(';')}\n${lines.join('\n')}\n`)
  const reader = await openReader({
    descriptor,
    read: [path],
    scratch,
    threads: 1,
    memoryBytes: 512 * 1024 ** 2,
  })
  try {
    await reader.read(
      'people',
      path,
      mediaOf({ contentType: 'text/csv; charset=utf-8', dialect: { delimiter: ';' } }),
    )
    const { quality, findings } = await reader.measure({ today: '2026-11-21' })
    tags = new Map(quality.holder.tables[0]?.columns.map(({ name, tag }) => [name, tag]))
    warned = findings.filter(({ rule }) => rule === 'quasi-identifier').map(({ column }) => column)
  } finally {
    reader.close()
    await rm(scratch, { recursive: true, force: true })
  }
})

test.each(cases)('%s', (_, { name, quasiIdentifier }, code) => {
  const source = quasiIdentifier === undefined ? 'proposed' : 'declared'
  expect(tags.get(name)).toEqual(code === undefined ? undefined : { code, source })
  expect(warned.includes(name)).toBe(code !== undefined && quasiIdentifier === undefined)
})
