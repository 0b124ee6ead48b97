import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { type Finding, show } from '../../services/dataset/finding.ts'
import { mediaOf } from '../../services/dataset/media.ts'
import { openReader } from '../../services/dataset/reader.ts'
import { makePmsiDemo, pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'

/** Findings of the tables of a dataset, read in this process. */
async function findingsOf(
  descriptor: unknown,
  tables: readonly { readonly table: string; readonly csv: string }[],
): Promise<readonly Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-identifiers-'))
  const pathOf = (table: string) => join(scratch, `${table}.sent`)
  const read = tables.map(({ table }) => pathOf(table))
  const limits = { threads: 1, memoryBytes: 512 * 1024 ** 2 }
  const reader = await openReader({
    descriptor: descriptorSchema.parse(descriptor),
    read,
    scratch,
    ...limits,
  })
  try {
    const findings: Finding[] = []
    for (const { table, csv } of tables) {
      await writeFile(pathOf(table), csv)
      const media = mediaOf({ contentType: 'text/csv; charset=utf-8', dialect: { delimiter: ';' } })
      findings.push(...(await reader.read(table, pathOf(table), media)).findings)
    }
    return findings
  } finally {
    reader.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

const rows = 60
const syllables = ['Mar', 'Ber', 'Dur', 'Le', 'Fon', 'Gar', 'Pel', 'Rou', 'Cha', 'Vi']
const endings = ['tin', 'nard', 'and', 'roy', 'taine', 'nier', 'letier', 'sseau', 'bert', 'dal']
/** Sixty different invented names. */
const surname = (i: number) => `${syllables[i % 10]}${endings[(i * 7 + Math.floor(i / 10)) % 10]}`
const givenName = (i: number) => ['Jean', 'Anne', 'Luc', 'Zoé', 'Éric', 'Marie-Ève'][i % 6] ?? ''
const two = (i: number) => String(i % 100).padStart(2, '0')

function nir(i: number): string {
  const body = `${1 + (i % 2)}${two(40 + i)}${two(1 + (i % 12))}76540${String(100 + i)}`
  return `${body}${two(97 - (Number(body) % 97))}`
}
function computedIns(i: number): string {
  const body = `${3_141_592_653}${String(2_718_281_828 + i * 7919)}`
  return `${body}${two(Number(97n - (BigInt(body) % 97n)))}`
}

type Rule = Finding['rule']
interface Column {
  readonly name: string
  readonly value: (i: number) => string
  readonly type?: 'integer'
  readonly role?: 'key' | 'unit-reference'
  readonly bounds?: readonly [number, number]
}

const planted: readonly (readonly [string, Column, Rule])[] = [
  ['a social security number', { name: 'a1', value: nir }, 'identifier.nir'],
  [
    'the same with spaces',
    { name: 'a2', value: (i) => nir(i).replace(/^(.)(..)/, '$1 $2 ') },
    'identifier.nir',
  ],
  ['the same as an integer', { name: 'a3', type: 'integer', value: nir }, 'identifier.nir'],
  ['the same in a key', { name: 'a4', role: 'key', value: nir }, 'identifier.nir'],
  ['the same inside a text', { name: 'a5', value: (i) => `assuré ${nir(i)} vu` }, 'identifier.nir'],
  ['the same without its key', { name: 'a6', value: (i) => nir(i).slice(0, 13) }, 'identifier.ins'],
  [
    'a health identity with its issuer',
    { name: 'b1', value: (i) => `${i}^1.2.250.1.213.1.4.8` },
    'identifier.ins',
  ],
  ['a computed health identity', { name: 'b2', value: computedIns }, 'identifier.ins'],
  ['a telephone number', { name: 'c1', value: (i) => `06 12 34 ${two(i)} 7${i % 10}` }, 'identifier.phone'],
  ['one with a country', { name: 'c2', value: (i) => `+33 (0)6 12 34 ${two(i)} 78` }, 'identifier.phone'],
  [
    'one that lost its zero',
    { name: 'tel_portable', type: 'integer', value: (i) => `6123456${two(i)}` },
    'identifier.phone',
  ],
  [
    'one inside a text',
    { name: 'c4', value: (i) => (i < 4 ? `rappeler la famille au 02.35.12.34.${two(i)}` : 'vu') },
    'identifier.phone',
  ],
  [
    'the shortest, and always the same',
    { name: 'tel', type: 'integer', value: () => '612345678' },
    'identifier.phone',
  ],
  ['the shortest e-mail address, always the same', { name: 'd3', value: () => 'a@b.fr' }, 'identifier.email'],
  ['the shortest surname', { name: 'nom_usuel', value: (i) => (i % 2 ? 'Li' : 'Xu') }, 'identifier.name'],
  [
    'the shortest patient numbers',
    { name: 'nip', value: (i) => String(10_000 + (i % 2)) },
    'identifier.patient',
  ],
  ['the shortest address, always the same', { name: 'f4', value: () => '1 bd a b' }, 'identifier.address'],
  [
    'a number without its key, always of few persons',
    { name: 'a7', value: (i) => nir(i % 4).slice(0, 13) },
    'identifier.ins',
  ],
  ['an e-mail address', { name: 'd1', value: (i) => `p${i}@exemple.fr` }, 'identifier.email'],
  [
    'three e-mail addresses among others',
    { name: 'd2', value: (i) => (i < 3 ? `p${i}@exemple.fr` : 'x') },
    'identifier.email',
  ],
  [
    'a surname, said by its column',
    { name: 'nom_naissance', value: (i) => surname(i).toLowerCase() },
    'identifier.name',
  ],
  [
    'a first name, said by its column',
    { name: 'prénom'.normalize('NFC').replace('é', 'e'), value: givenName },
    'identifier.name',
  ],
  ['a name in English', { name: 'lastName', value: surname }, 'identifier.name'],
  ['a surname that no column name says', { name: 'e4', value: surname }, 'identifier.name'],
  ['a surname in capitals', { name: 'e5', value: (i) => surname(i).toUpperCase() }, 'identifier.name'],
  ['a full name', { name: 'e6', value: (i) => `${givenName(i)} ${surname(i)}` }, 'identifier.name'],
  ['a postal address', { name: 'f1', value: (i) => `${1 + i} bis, rue des Lilas` }, 'identifier.address'],
  [
    'one of a way that is rare',
    { name: 'f2', value: (i) => `${i} cours du Port 76000 Rouen` },
    'identifier.address',
  ],
  [
    'one without a number',
    { name: 'f3', value: () => 'Lieu-dit Le Bois, 27400 Louviers' },
    'identifier.address',
  ],
  [
    'a patient number, said by its column',
    { name: 'ipp', value: (i) => String(80_012_345 + (i % 9)) },
    'identifier.patient',
  ],
  ['one of a file', { name: 'NumeroDossier', value: (i) => `D${10_000 + i * 37}` }, 'identifier.patient'],
  [
    'a patient number that no column name says',
    { name: 'g3', value: (i) => String(8_012_345 + i * 7919) },
    'identifier.patient',
  ],
  [
    'the same as an integer',
    { name: 'g4', type: 'integer', value: (i) => String(80_012_345 + i * 7919) },
    'identifier.patient',
  ],
  [
    'free text',
    {
      name: 'h1',
      value: (i) => `le patient numéro ${i} est venu avec sa fille et il se plaint d une douleur au genou`,
    },
    'identifier.text',
  ],
]

const decoys: readonly (readonly [string, Column])[] = [
  [
    'a pseudonym',
    { name: 'o1', role: 'unit-reference', value: (i) => `${(i * 2_654_435_761).toString(16)}f0` },
  ],
  [
    'fifteen digits whose key is wrong',
    { name: 'o2', value: (i) => `2550814168025${two((i * 31 + 1) % 96)}`.replace(/38$/, '39') },
  ],
  [
    'a stay number declared as key',
    { name: 'num_dossier_sejour', role: 'key', value: (i) => String(90_012_345 + i) },
  ],
  [
    'a code of the hospital',
    { name: 'o4', value: (i) => ['CARDIO', 'NEURO', 'PNEUMO', 'ORTHO'][i % 4] ?? '' },
  ],
  [
    'a label that few rows differ in',
    { name: 'o5', value: (i) => ['Cardiologie', 'Chirurgie Orthopédique'][i % 2] ?? '' },
  ],
  ['names of municipalities', { name: 'nom_commune', value: surname }],
  ['an establishment', { name: 'finess', value: (i) => ['990000011', '990000022'][i % 2] ?? '' }],
  [
    'a cost within bounds',
    { name: 'o8', type: 'integer', bounds: [0, 2e9], value: (i) => String(80_012_345 + i * 7919) },
  ],
  [
    'an instant in seconds',
    { name: 'timestamp_vu', type: 'integer', value: (i) => String(1_700_000_000 + i * 7919) },
  ],
  ['a day without separators', { name: 'o10', value: (i) => `${1940 + i}0${1 + (i % 9)}15` }],
  [
    'a long label of a code',
    {
      name: 'o11',
      value: (i) =>
        `code ${i % 5} pose d une voie veineuse centrale par abord direct sous contrôle échographique`,
    },
  ],
  ['a diagnosis', { name: 'o12', value: (i) => `I${10 + (i % 80)}` }],
  ['a test with a result', { name: 'o13', value: (i) => `hdl ${i / 10}` }],
  ['one e-mail address among sixty texts', { name: 'o14', value: (i) => (i === 7 ? 'p@exemple.fr' : 'vu') }],
]

const descriptor = (columns: readonly Column[]) => ({
  name: 'planted',
  kind: 'personal',
  holder: 'chu-rouen',
  resources: [
    {
      name: 'people',
      schema: {
        fields: [{ name: 'who', role: 'unit' }, ...columns.map(({ value: _, ...field }) => field)],
      },
    },
  ],
})
const fileOf = (columns: readonly Column[]) => {
  const header = ['who', ...columns.map(({ name }) => name)].join(';')
  const lines = Array.from({ length: rows }, (_, i) =>
    [`p${i}`, ...columns.map(({ value }) => value(i))].join(';'),
  )
  return { table: 'people', csv: `${[header, ...lines].join('\n')}\n` }
}

let found: readonly Finding[]
let unfounded: readonly Finding[]
beforeAll(async () => {
  const guilty = planted.map(([, column]) => column)
  const innocent = decoys.map(([, column]) => column)
  found = await findingsOf(descriptor(guilty), [fileOf(guilty)])
  unfounded = await findingsOf(descriptor(innocent), [fileOf(innocent)])
})

describe('a direct identifier holds the deposit', () => {
  test.each(planted)('%s', (_, { name }, rule) => {
    const own = found.filter(({ column }) => column === name)
    expect(own).toContainEqual(expect.objectContaining({ rule, severity: 'quarantine', table: 'people' }))
    expect(own.some(({ rule: other }) => other === 'identifier.column')).toBe(false)
  })

  test('and no finding repeats a value, in either language', () => {
    const values = new Set(
      planted.flatMap(([, { value }]) => Array.from({ length: rows }, (_, i) => value(i))),
    )
    const told = found.flatMap((one) => [show('fr', one).message, show('en', one).message])
    expect(told.length).toBeGreaterThan(2 * planted.length - 1)
    for (const value of values) {
      if (value.length > 3) expect(told.filter((message) => message.includes(value))).toEqual([])
    }
  })
})

describe('what only resembles an identifier passes', () => {
  test.each(decoys)('%s', (_, { name }) => {
    expect(unfounded.filter(({ column }) => column === name)).toEqual([])
  })

  test('the demonstration dataset has no finding at all', async () => {
    expect(await findingsOf(pmsiDemo, makePmsiDemo({ stays: 3000 }))).toEqual([])
  })
})

describe('a suspicious column name alone is a warning', () => {
  const columns: readonly Column[] = [
    { name: 'telephone', value: (i) => ['oui', 'non'][i % 2] ?? '' },
    { name: 'commentaire', value: (i) => ['RAS', 'vu'][i % 2] ?? '' },
    { name: 'nom', value: (i) => String(i % 7) },
    { name: 'adresse', value: () => '' },
  ]
  test('where the values have no such shape, and none where there are no values', async () => {
    const findings = await findingsOf(descriptor(columns), [fileOf(columns)])
    expect(findings.map(({ rule, severity, column }) => [rule, severity, column])).toEqual([
      ['identifier.column', 'warning', 'telephone'],
      ['identifier.column', 'warning', 'commentaire'],
      ['identifier.column', 'warning', 'nom'],
    ])
  })

  test('first names that no column name says are told as a possibility', async () => {
    const many: Column = { name: 'e9', value: (i) => surname(i % 45) }
    const big = Array.from({ length: 900 }, (_, i) => `p${i};${many.value(i)}`).join('\n')
    const findings = await findingsOf(descriptor([many]), [{ table: 'people', csv: `who;e9\n${big}\n` }])
    expect(findings).toMatchObject([{ rule: 'identifier.name', severity: 'warning', column: 'e9' }])
  })
})

describe('a table of no person', () => {
  const inPublic = (columns: readonly Column[]) => {
    const { resources, ...rest } = descriptor(columns)
    const schema = { fields: columns.map(({ value: _, ...field }) => field) }
    return { ...rest, resources: [...resources, { name: 'list', class: 'public', schema }] }
  }
  const fileIn = (column: Column) => {
    const lines = Array.from({ length: rows }, (_, i) => column.value(i)).join('\n')
    return { table: 'list', csv: `${column.name}\n${lines}\n` }
  }
  test('may have names and addresses of its own', async () => {
    for (const column of [
      { name: 'nom', value: surname },
      { name: 'lieu', value: (i: number) => `${i} rue des Lilas` },
    ]) {
      expect(await findingsOf(inPublic([column]), [fileIn(column)])).toEqual([])
    }
  })

  test('has no first names, e-mail addresses or national numbers', async () => {
    for (const [column, rule] of [
      [{ name: 'prenom', value: givenName }, 'identifier.name'],
      [{ name: 'x', value: (i: number) => `p${i}@exemple.fr` }, 'identifier.email'],
      [{ name: 'x', value: nir }, 'identifier.nir'],
    ] as const) {
      expect(await findingsOf(inPublic([column]), [fileIn(column)])).toMatchObject([
        { rule, severity: 'quarantine', table: 'list' },
      ])
    }
  })
})
