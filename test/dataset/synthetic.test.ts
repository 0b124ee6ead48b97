/** Invented data: the same bytes by seed, sound, plausible, and deposited as they are. Files are read again by DuckDB. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import { dryRun } from '../../services/cli/dry-run.ts'
import { tableFile } from '../../services/cli/table-file.ts'
import { descriptorSchema } from '../../services/dataset/descriptor.ts'
import { faultsOf, withInheritedRoles } from '../../services/dataset/relations.ts'
import { descriptorOf, type Generation, generate } from '../../services/dataset/synthetic/generate.ts'
import type { Manifest } from '../../services/dataset/synthetic/manifest.ts'
import { shapeNames } from '../../services/dataset/synthetic/shapes.ts'

const usual = { rows: 1000, seed: 42, format: 'csv', dialect: 'iso', name: 'x', holder: 'chu-rouen' } as const

let home: string
let connection: DuckDBConnection
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-synthetic-'))
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
})
afterAll(() => rm(home, { recursive: true, force: true }))

interface Generated {
  readonly folder: string
  readonly manifest: Manifest
}

let made = 0
async function generated(changes: Partial<Generation> & Pick<Generation, 'shape'>): Promise<Generated> {
  made += 1
  const folder = join(home, String(made))
  await mkdir(folder)
  return { folder, manifest: await generate(folder, { ...usual, ...changes }) }
}

/** Views over the files, under the names of the tables; text stays text. */
async function opened({ folder, manifest }: Generated): Promise<void> {
  for (const { table, file } of manifest.tables) {
    await connection.run(`CREATE OR REPLACE VIEW ${table} AS FROM '${join(folder, file)}'`)
  }
}

async function rowsOf(sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson()
}

/** Each is 0 of the rows. */
async function none(rules: Readonly<Record<string, string>>): Promise<void> {
  const found: Record<string, unknown> = {}
  for (const [name, sql] of Object.entries(rules))
    found[name] = (await rowsOf(`SELECT count(*) FROM ${sql}`))[0]
  expect(found).toEqual(Object.fromEntries(Object.keys(rules).map((name) => [name, ['0']])))
}

describe('generated data', () => {
  test.each(shapeNames)('%s is the same twice, and other by another seed', async (shape) => {
    const [one, same, other] = [
      await generated({ shape }),
      await generated({ shape }),
      await generated({ shape, seed: 43 }),
    ]
    expect(same.manifest).toEqual(one.manifest)
    const main = (of: Manifest) => of.tables.at(-1)?.sha256
    if (shape !== 'omop') expect(main(other.manifest)).not.toBe(main(one.manifest))
    expect(other.manifest.totals).not.toEqual(one.manifest.totals)
    expect(one.manifest).toMatchObject({ provenance: 'synthetic', seed: 42, rows: 1000, shape })
  })

  test.each([
    ['mco', 'd5541ad05d633e340c97ec4498d7111a'],
    ['rpu', 'a4982fb171aeae3806ae7ef9567f2f79'],
    ['omop', '8d08cc7263146fd22c00a7e9d0e6386c'],
    ['lits', 'c95531099eaa9ab23f1cf575b8e93595'],
  ] as const)(
    '%s is that of version 1 of the generator: other bytes are another version',
    async (shape, digest) => {
      const { manifest } = await generated({ shape, rows: 10_000 })
      const of = manifest.tables.map(({ file, sha256 }) => `${sha256}  ${file}`).join('\n')
      expect([manifest.generator, createHash('sha256').update(of).digest('hex').slice(0, 32)]).toEqual([
        'huisclos 1',
        digest,
      ])
    },
  )

  test('has the rows of a smaller one first', async () => {
    const lines = async (rows: number) => {
      const { folder } = await generated({ shape: 'mco', rows })
      return (await readFile(join(folder, 'sejours.csv'), 'utf8')).split('\n')
    }
    expect((await lines(2000)).slice(0, 1001)).toEqual((await lines(1000)).slice(0, 1001))
  })
})

describe('the manifest', () => {
  test.each([
    ['mco', 'parquet'],
    ['rpu', 'csv'],
    ['omop', 'parquet'],
    ['lits', 'csv'],
  ] as const)('of %s (%s) adds up to what the files hold', async (shape, format) => {
    const one = await generated({ shape, format, rows: 3000 })
    await opened(one)
    const counted: Record<string, unknown> = {}
    for (const { table } of one.manifest.tables) {
      const [row] = await rowsOf(`SELECT count(*) FROM ${table}`)
      counted[table] = Number(row?.[0])
    }
    expect(counted).toEqual(Object.fromEntries(one.manifest.tables.map(({ table, rows }) => [table, rows])))
    const totals = recounted[shape]
    for (const [name, sql] of Object.entries(totals)) {
      const rows = await rowsOf(sql)
      expect([name, Object.fromEntries(rows.map(([group, figure]) => [group, Number(figure)]))]).toEqual([
        name,
        one.manifest.totals[name],
      ])
    }
    expect(Object.keys(totals).sort()).toEqual(Object.keys(one.manifest.totals).sort())
  })
})

/** Written by hand over the files: nothing of the generator is read here. */
const count = (group: string, table: string) => `SELECT ${group}::VARCHAR, count(*) FROM ${table} GROUP BY 1`
const sum = (group: string, what: string, table: string) =>
  `SELECT ${group}::VARCHAR, sum(${what}) FROM ${table} GROUP BY 1`
const recounted: Readonly<Record<Generation['shape'], Readonly<Record<string, string>>>> = {
  mco: {
    sejours_par_mois: count('left(date_entree::VARCHAR, 7)', 'sejours'),
    sejours_par_ghm: count('ghm', 'sejours'),
    nuits_par_ghm: sum('ghm', 'date_sortie - date_entree', 'sejours'),
    patients_par_sexe: count('sexe', 'patients'),
    actes_par_code: count('ccam', 'actes'),
    das_par_code: count('code', 'das'),
  },
  rpu: {
    passages_par_semaine: count('(entree_ts::DATE - (isodow(entree_ts) - 1)::INTEGER)', 'passages'),
    passages_par_heure: count('hour(entree_ts)', 'passages'),
    passages_par_ccmu: count('ccmu', 'passages'),
  },
  omop: {
    visites_par_mois: count('left(visit_start_date::VARCHAR, 7)', 'visit_occurrence'),
    diagnostics_par_code: count('condition_source_value', 'condition_occurrence'),
    traitements_par_code: count('drug_source_value', 'drug_exposure'),
    mesures_par_code: count('measurement_source_value', 'measurement'),
  },
  lits: {
    lits_occupes_par_jour: sum('date', 'occupes', 'occupation'),
    lits_ouverts_par_jour: sum('date', 'lits_ouverts', 'capacites'),
    entrees_par_semaine: sum('(date - (isodow(date) - 1)::INTEGER)', 'entrees', 'occupation'),
    unites_par_discipline: count('discipline', 'unites'),
  },
}

describe('what is drawn is plausible', () => {
  test('stays: nobody is in two beds, comes back from the dead, or is of a real establishment', async () => {
    await opened(await generated({ shape: 'mco', rows: 20_000, format: 'parquet' }))
    await none({
      overlaps: `(SELECT date_sortie > lead(date_entree) OVER (PARTITION BY patient_id ORDER BY date_entree) AS bad FROM sejours) WHERE bad`,
      after_death: `sejours d JOIN sejours s USING (patient_id) WHERE d.mode_sortie = '9' AND s.date_entree > d.date_entree`,
      real: `sejours WHERE finess NOT LIKE '99%'`,
      pseudonyms: `patients WHERE NOT regexp_full_match(patient_id, 'h1k01_[0-9a-f]{32}')`,
      mothers: `sejours JOIN patients USING (patient_id) WHERE ghm = '14Z13A' AND (sexe = '1' OR age NOT BETWEEN 18 AND 44)`,
      acts_after_exit: 'actes JOIN sejours USING (sejour_id) WHERE jour > duree',
      orphans: 'das ANTI JOIN sejours USING (sejour_id, patient_id)',
      ages: 'sejours JOIN patients USING (patient_id) WHERE age <> greatest(0, year(date_entree) - annee_naissance)',
    })
    const [facts] = await rowsOf(`SELECT avg((mode_sortie = '9')::INTEGER) BETWEEN 0.005 AND 0.03,
      avg(duree) FILTER (duree > 0) BETWEEN 3 AND 8, median(cout) BETWEEN 1000 AND 3500,
      count(*) FILTER (month(date_entree) IN (12, 1, 2)) > 1.1 * count(*) FILTER (month(date_entree) IN (6, 7, 8)),
      count(DISTINCT patient_id) FILTER (finess = '990000099') BETWEEN 1 AND 10,
      count(*) FILTER (ghm = '22M021') BETWEEN 1 AND 200 FROM sejours`)
    expect(facts).toEqual([true, true, true, true, true, true])
    expect(
      await rowsOf(
        `SELECT code_geo, count(*) FROM patients WHERE code_geo LIKE '6191%' GROUP BY 1 ORDER BY 1`,
      ),
    )
      // The boundary of the threshold: one below, on it, one above.
      .toEqual([
        ['61910', '10'],
        ['61911', '11'],
        ['61912', '12'],
      ])
  })

  test('emergencies: nights are calm, winters are not, who is worse stays longer', async () => {
    await opened(await generated({ shape: 'rpu', rows: 20_000, format: 'parquet' }))
    await none({
      backwards: 'passages WHERE sortie_ts <= entree_ts',
      real: `passages WHERE finess NOT LIKE '99%'`,
      orientation: `passages WHERE (mode_sortie = '6') <> (orientation IS NOT NULL AND orientation NOT IN ('PSA', 'FUGUE'))`,
    })
    const [facts] = await rowsOf(`SELECT
      count(*) FILTER (hour(entree_ts) = 10) > 4 * count(*) FILTER (hour(entree_ts) = 4),
      count(*) FILTER (isodow(entree_ts) = 1) > count(*) FILTER (isodow(entree_ts) = 4),
      count(*) FILTER (dp = 'J111' AND month(entree_ts) IN (12, 1, 2, 3)) > 5 * count(*) FILTER (dp = 'J111' AND month(entree_ts) BETWEEN 5 AND 9),
      median(sortie_ts - entree_ts) FILTER (ccmu = '4') > median(sortie_ts - entree_ts) FILTER (ccmu = '1'),
      avg((mode_sortie = '6')::INTEGER) BETWEEN 0.1 AND 0.3 FROM passages`)
    expect(facts).toEqual([true, true, true, true, true])
  })

  test('OMOP: no orphan, no event outside its visit, no concept without a name', async () => {
    await opened(await generated({ shape: 'omop', rows: 5000, format: 'parquet' }))
    const of = (table: string, begun: string) => ({
      [`${table} orphans`]: `${table} ANTI JOIN visit_occurrence USING (visit_occurrence_id, person_id)`,
      [`${table} days`]: `${table} t JOIN visit_occurrence v USING (visit_occurrence_id) WHERE ${begun} NOT BETWEEN visit_start_date AND visit_end_date`,
      [`${table} names`]: `${table} t WHERE ${table.split('_')[0]}_concept_id NOT IN (SELECT concept_id FROM concept)`,
    })
    await none({
      ...of('condition_occurrence', 'condition_start_date'),
      ...of('drug_exposure', 'drug_exposure_start_date'),
      ...of('measurement', 'measurement_date'),
      visits: 'visit_occurrence ANTI JOIN person USING (person_id)',
      periods: `visit_occurrence JOIN observation_period USING (person_id) WHERE visit_start_date < observation_period_start_date OR visit_end_date > observation_period_end_date`,
      standard: 'concept WHERE concept_id < 2000000000',
    })
  })

  test('beds: who is there tomorrow was there today or came, and only marked patients lie in excess', async () => {
    await opened(await generated({ shape: 'lits', rows: 48 * 400, format: 'parquet' }))
    await none({
      flows: `(SELECT occupes + entrees - sorties <> lead(occupes) OVER (PARTITION BY unite_id ORDER BY date) AS bad FROM occupation) WHERE bad`,
      negative: 'occupation WHERE least(occupes, entrees, sorties, surnombre) < 0 OR sorties > occupes',
      excess:
        'occupation JOIN capacites USING (unite_id, date) WHERE occupes - surnombre > lits_ouverts OR lits_ouverts > lits_installes',
      real: `etablissements WHERE finess NOT LIKE '99%'`,
    })
    const [few] = await rowsOf(`SELECT count(DISTINCT finess) FROM unites WHERE discipline = 'BRULES'`)
    expect(few).toEqual(['2'])
    const [most] = await rowsOf(`SELECT max(n) > 0.85 * sum(n) FROM
      (SELECT sum(occupes) AS n FROM occupation JOIN unites USING (unite_id) WHERE discipline = 'SMR_RESPIRATOIRE' GROUP BY unites.finess)`)
    expect(most).toEqual([true])
    const august = await rowsOf(
      `SELECT count(*) FROM capacites WHERE lits_ouverts < lits_installes AND month(date) NOT BETWEEN 7 AND 9`,
    )
    expect(august).toEqual([['0']])
  })
})

describe('a deposit takes it as it stands', () => {
  test.each(shapeNames)('%s has a sound descriptor', (shape) => {
    const descriptor = descriptorSchema.parse(descriptorOf({ shape, name: 'x', holder: 'chu-rouen' }))
    expect(faultsOf(descriptor)).toEqual([])
    expect(withInheritedRoles(descriptor)).toEqual(descriptor)
  })

  test.each(shapeNames)('%s in Parquet', async (shape) => {
    const { folder, manifest } = await generated({ shape, format: 'parquet' })
    const files = manifest.tables.map(({ table, file }) =>
      tableFile(`${table}=${join(folder, file)}`, undefined),
    )
    const descriptor = JSON.parse(await readFile(join(folder, 'descriptor.json'), 'utf8'))
    const { status, findings } = await dryRun(descriptor, files, { dialect: {}, language: 'en' })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(status).toBe('accepted')
  })
})
