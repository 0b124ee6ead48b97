/**
 * The core of OMOP CDM 5.4. Concept numbers are local ones above two thousand million, named by the `concept` table that
 * comes along: no vocabulary is shipped. Columns that nobody fills are there and empty, as the model has them.
 */
import { templateOf } from '../templates/template.ts'
import { days, firstMonday, weeklyChoices } from './calendar.ts'
import { at, bits, type Choice, layered, numbered, pick, spread, word } from './draw.ts'
import { person, personsOf, personWord, whose } from './people.ts'
import type { Shape, Size } from './shape.ts'

const tables = [
  'person',
  'observation_period',
  'visit_occurrence',
  'condition_occurrence',
  'drug_exposure',
  'measurement',
  'concept',
] as const

/** A key of a table that is not delivered has a value in every row or is left out: `visit_detail_id` is. */
const resources: Shape['resources'] = (
  templateOf({ model: 'omop', name: 'omop', holder: 'chu-rouen', tables })?.resources ?? []
).map(({ schema, ...resource }) => {
  const keys = [schema.primaryKey, ...(schema.foreignKeys ?? []).map(({ fields }) => fields)].flat()
  const fields = schema.fields.filter(({ name, role }) => role !== 'key' || keys.includes(name))
  return { ...resource, schema: { ...schema, fields } }
})

const local = 2_000_000_000
/** The kind of record, of every row. */
const recorded = String(local + 20)
/** Local concepts: number above `local`, domain, name, code. */
const concepts: readonly (readonly [number, string, string, string])[] = [
  [1, 'Gender', 'homme', '1'],
  [2, 'Gender', 'femme', '2'],
  [10, 'Visit', 'hospitalisation', 'H'],
  [11, 'Visit', 'consultation', 'C'],
  [12, 'Visit', 'urgences', 'U'],
  [20, 'Type Concept', 'dossier informatisé', 'EHR'],
  [101, 'Condition', 'insuffisance cardiaque', 'I509'],
  [102, 'Condition', 'hypertension', 'I10'],
  [103, 'Condition', 'diabète de type 2', 'E119'],
  [104, 'Condition', 'pneumopathie', 'J189'],
  [105, 'Condition', 'dépression', 'F329'],
  [106, 'Condition', 'insuffisance rénale chronique', 'N189'],
  [107, 'Condition', 'mucoviscidose', 'E849'],
  [201, 'Drug', 'paracétamol 1 g', 'N02BE01'],
  [202, 'Drug', 'amoxicilline 1 g', 'J01CA04'],
  [203, 'Drug', 'metformine 850 mg', 'A10BA02'],
  [204, 'Drug', 'furosémide 40 mg', 'C03CA01'],
  [205, 'Drug', 'ramipril 5 mg', 'C09AA05'],
  [301, 'Measurement', 'créatinine', 'CREA'],
  [302, 'Measurement', 'hémoglobine', 'HB'],
  [303, 'Measurement', 'glycémie', 'GLY'],
  [304, 'Measurement', 'pression systolique', 'PAS'],
  [401, 'Unit', 'µmol/L', 'umol/L'],
  [402, 'Unit', 'g/dL', 'g/dL'],
  [403, 'Unit', 'mmol/L', 'mmol/L'],
  [404, 'Unit', 'mmHg', 'mm[Hg]'],
]

const conditions: readonly Choice[] = [
  [102, 300],
  [103, 210],
  [101, 120],
  [104, 130],
  [105, 110],
  [106, 90],
  [107, 3],
]
const drugs: readonly Choice[] = [
  [201, 400],
  [202, 160],
  [203, 180],
  [204, 120],
  [205, 164],
]
/** Unit, usual value in tenths, and how far it goes up and down in tenths. */
const measured = [
  { unit: 401, level: 620, reach: 480 },
  { unit: 402, level: 112, reach: 48 },
  { unit: 403, level: 46, reach: 40 },
  { unit: 404, level: 980, reach: 640 },
]

const emptyAs = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  date: 'DATE',
  datetime: 'TIMESTAMP',
} as const

/** Every column of a table of the model: those that are given, and the others empty. */
function modelled(
  table: (typeof tables)[number],
  source: string,
  columns: Readonly<Record<string, string>>,
): string {
  const fields = resources.find(({ name }) => name === table)?.schema.fields ?? []
  const list = fields.map(({ name, type = 'string' }) => {
    const empty = `NULL::${emptyAs[type as keyof typeof emptyAs]}`
    return `${columns[name] ?? empty} AS ${name}`
  })
  return `SELECT ${list.join(', ')} FROM (${source})`
}

const codeOf = (number: string) =>
  `CASE ${number} ${concepts.map(([id, , , code]) => `WHEN ${id} THEN '${code}'`).join(' ')} END`

function people({ seed, rows }: Size): string {
  return layered(`SELECT i AS p FROM range(${personsOf(rows)}) r(i)`, personWord(seed), person)
}

function personRows(size: Size): string {
  return modelled('person', people(size), {
    person_id: '1 + p',
    gender_concept_id: `${local} + sexe::INTEGER`,
    gender_source_value: 'sexe',
    year_of_birth: 'annee_naissance',
    race_concept_id: '0',
    ethnicity_concept_id: '0',
  })
}

/** From the first Monday until after the last visit: the same for everyone, as in a warehouse that is filled as a whole. */
function periodRows(size: Size): string {
  return modelled('observation_period', people(size), {
    observation_period_id: '1 + p',
    person_id: '1 + p',
    observation_period_start_date: firstMonday,
    observation_period_end_date: `${firstMonday} + ${days + 60}`,
    period_type_concept_id: recorded,
  })
}

function visits({ seed, rows }: Size): string {
  const start = `7 * ${pick(bits('pw', 42, 12), 4096, weeklyChoices(40))} + ${bits('pw', 56, 3)} % 7`
  return layered(
    numbered(rows),
    whose,
    { ...personWord(seed), vw: word(seed, 'visits', 'i') },
    {
      day: `(${start} + rank * (28 + ${bits('pw', 37, 5)})) % ${days}`,
      kind: pick(bits('vw', 0, 6), 64, [
        [10, 22],
        [11, 30],
        [12, 12],
      ]),
    },
    {
      begun: `${firstMonday} + day::INTEGER`,
      nights: `CASE kind WHEN 10 THEN least(27, 1 + ${spread('40', bits('vw', 6, 16), 0.6)} // 10) ELSE 0 END::INTEGER`,
    },
    { ended: 'begun + nights' },
  )
}

function visitRows(size: Size): string {
  return modelled('visit_occurrence', visits(size), {
    visit_occurrence_id: '1 + i',
    person_id: '1 + p',
    visit_concept_id: `${local} + kind`,
    visit_start_date: 'begun',
    visit_end_date: 'ended',
    visit_type_concept_id: recorded,
    visit_source_value: codeOf('kind'),
  })
}

interface Hanging {
  readonly table: string
  /** As SQL over a visit. */
  readonly many: string
  /** The number of a concept, from the word `xw` of the row. */
  readonly number: string
}

/** Rows that hang on visits, each with a word of its own and a number that no other row of the table has. */
function perVisit(size: Size, { table, many, number }: Hanging): string {
  return layered(
    `SELECT *, unnest(range(0, ${many}))::INTEGER AS nth FROM (${visits(size)})`,
    { xw: word(size.seed, table, "concat_ws('/', i, nth)"), id: '1 + 8 * i + nth' },
    { number },
  )
}

const ofVisit = { person_id: '1 + p', visit_occurrence_id: '1 + i' }

function conditionRows(size: Size): string {
  const number = pick(bits('xw', 0, 10), 1024, conditions)
  const source = perVisit(size, { table: 'conditions', many: `1 + ${bits('vw', 31, 1)}`, number })
  return modelled('condition_occurrence', source, {
    ...ofVisit,
    condition_occurrence_id: 'id',
    condition_concept_id: `${local} + number`,
    condition_start_date: 'begun',
    condition_end_date: 'ended',
    condition_type_concept_id: recorded,
    condition_source_value: codeOf('number'),
  })
}

function drugRows(size: Size): string {
  const number = pick(bits('xw', 0, 10), 1024, drugs)
  const source = perVisit(size, { table: 'drugs', many: bits('vw', 34, 2), number })
  return modelled('drug_exposure', layered(source, { supply: `5 + ${bits('xw', 10, 5)}` }), {
    ...ofVisit,
    drug_exposure_id: 'id',
    drug_concept_id: `${local} + number`,
    drug_exposure_start_date: 'begun',
    drug_exposure_end_date: 'begun + supply',
    drug_type_concept_id: recorded,
    quantity: `supply * (1 + ${bits('xw', 15, 2)} % 3)`,
    days_supply: 'supply',
    drug_source_value: codeOf('number'),
  })
}

function measurementRows(size: Size): string {
  const of = (member: 'unit' | 'level' | 'reach') =>
    at(
      'number - 301',
      measured.map((one) => one[member]),
    )
  const number = `301 + ${bits('xw', 0, 2)}`
  const source = perVisit(size, { table: 'measurements', many: bits('vw', 36, 2), number })
  return modelled('measurement', source, {
    ...ofVisit,
    measurement_id: 'id',
    measurement_concept_id: `${local} + number`,
    measurement_date: 'begun',
    measurement_type_concept_id: recorded,
    value_as_number: `(${of('level')} + ${of('reach')} * bit_count(${bits('xw', 2, 16)}) // 16) * 0.1`,
    unit_concept_id: `${local} + ${of('unit')}`,
    measurement_source_value: codeOf('number'),
  })
}

function conceptRows(): string {
  const rows = concepts.map(
    ([id, ...texts]) => `(${local + id}, ${texts.map((one) => `'${one}'`).join(', ')})`,
  )
  return modelled('concept', `SELECT * FROM (VALUES ${rows.join(', ')}) v(id, domain, label, code)`, {
    concept_id: 'id',
    concept_name: 'label',
    domain_id: 'domain',
    vocabulary_id: "'LOCAL'",
    concept_class_id: "'LOCAL'",
    concept_code: 'code',
    valid_start_date: "DATE '2022-01-01'",
    valid_end_date: "DATE '2099-12-31'",
  })
}

export const omop: Shape = {
  title: 'Cœur du modèle OMOP CDM 5.4 (données synthétiques)',
  main: 'visit_occurrence',
  resources,
  about: {
    kind: 'personal',
    domain: 'patients-omop-synthetiques',
    threshold: 11,
    keywords: ['OMOP', 'données synthétiques'],
  },
  rowsOf: (size) => ({
    person: personRows(size),
    observation_period: periodRows(size),
    visit_occurrence: visitRows(size),
    condition_occurrence: conditionRows(size),
    drug_exposure: drugRows(size),
    measurement: measurementRows(size),
    concept: conceptRows(),
  }),
  totals: {
    visites_par_mois: {
      table: 'visit_occurrence',
      group: "strftime(visit_start_date, '%Y-%m')",
      measure: 'count(*)',
    },
    diagnostics_par_code: {
      table: 'condition_occurrence',
      group: 'condition_source_value',
      measure: 'count(*)',
    },
    traitements_par_code: { table: 'drug_exposure', group: 'drug_source_value', measure: 'count(*)' },
    mesures_par_code: { table: 'measurement', group: 'measurement_source_value', measure: 'count(*)' },
  },
}
