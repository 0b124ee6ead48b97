/**
 * The demonstration dataset `pmsi-demo`: synthetic stays of synthetic patients, deterministic by seed. Codes look French,
 * establishments have FINESS numbers in 99, nothing is real. Some departments and codes are rare, so that suppression shows.
 */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { descriptorSchema } from '../descriptor.ts'

export const pmsiDemo: z.input<typeof descriptorSchema> = {
  name: 'pmsi-demo',
  title: 'PMSI de démonstration (données synthétiques)',
  description:
    'Séjours hospitaliers inventés par un générateur déterministe : aucun patient, aucun établissement réel.',
  kind: 'personal',
  holder: 'chu-rouen',
  domain: 'patients-normandie',
  threshold: 11,
  keywords: ['PMSI', 'séjours hospitaliers', 'diagnostics', 'données synthétiques'],
  catalogue: {
    spatial: ['http://data.europa.eu/nuts/code/FRD'],
    temporal: { from: '2020-01-01', until: '2025-12-31' },
    purposes: ['Démonstration : essayer le logiciel sans données réelles.'],
    provenance: 'Engendrées par un générateur déterministe ; aucune personne n’y figure.',
    healthCategories: ['e'],
    healthThemes: ['http://www.wikidata.org/entity/Q16917'],
    populationCoverage: 'Patients inventés, domiciliés en Normandie.',
    codingSystems: ['http://www.wikidata.org/entity/Q45127'],
    periodicity: 'NEVER',
    accessConditions: 'Aucune condition particulière : un projet autorisé suffit.',
  },
  resources: [
    {
      name: 'patients',
      title: 'Patients',
      schema: {
        primaryKey: ['patient_id'],
        fields: [
          { name: 'patient_id', type: 'string', role: 'unit', title: 'Pseudonyme du patient' },
          { name: 'sex', type: 'string', title: 'Sexe (1 homme, 2 femme)' },
          { name: 'birth_year', type: 'integer', role: 'quasi-identifier', bounds: [1900, 2026] },
          { name: 'department', type: 'string', role: 'quasi-identifier', title: 'Département' },
          { name: 'commune_code', type: 'string', role: 'quasi-identifier', title: 'Code commune' },
          { name: 'death_date', type: 'date', role: 'sensitive', title: 'Date de décès' },
        ],
      },
    },
    {
      name: 'stays',
      title: 'Séjours',
      schema: {
        primaryKey: ['stay_id'],
        foreignKeys: [
          { fields: ['patient_id'], reference: { resource: 'patients', fields: ['patient_id'] } },
          { fields: ['hospital_id'], reference: { resource: 'hospitals', fields: ['hospital_id'] } },
        ],
        fields: [
          { name: 'stay_id', type: 'integer', role: 'key', title: 'Numéro de séjour' },
          { name: 'patient_id', type: 'string', role: 'unit', title: 'Pseudonyme du patient' },
          { name: 'hospital_id', type: 'string', title: 'Établissement (FINESS)' },
          { name: 'admission_date', type: 'date', title: 'Date d’entrée' },
          { name: 'discharge_date', type: 'date', title: 'Date de sortie' },
          { name: 'entry_mode', type: 'string', title: 'Mode d’entrée (6, 7, 8)' },
          { name: 'ward', type: 'string', title: 'Unité médicale' },
          { name: 'ghm', type: 'string', title: 'Groupe homogène de malades' },
          { name: 'cost_eur', type: 'number', unit: 'EUR', bounds: [0, 1_000_000], title: 'Coût' },
        ],
      },
    },
    {
      name: 'diagnoses',
      title: 'Diagnostics',
      schema: {
        foreignKeys: [{ fields: ['stay_id'], reference: { resource: 'stays', fields: ['stay_id'] } }],
        fields: [
          { name: 'stay_id', type: 'integer', role: 'key', title: 'Numéro de séjour' },
          { name: 'patient_id', type: 'string', role: 'unit', title: 'Pseudonyme du patient' },
          { name: 'code', type: 'string', title: 'Code CIM-10' },
          { name: 'role', type: 'string', title: 'DP principal, DAS associé' },
        ],
      },
    },
    {
      name: 'hospitals',
      title: 'Établissements',
      class: 'public',
      schema: {
        primaryKey: ['hospital_id'],
        fields: [
          { name: 'hospital_id', type: 'string', title: 'FINESS fictif' },
          { name: 'name', type: 'string', title: 'Nom' },
          { name: 'department', type: 'string', title: 'Département' },
        ],
      },
    },
  ],
}

export interface DemoTable {
  readonly table: string
  /** UTF-8 CSV with a header, `;` between fields, dates in ISO form and a decimal point. */
  readonly csv: string
}

type Row = readonly (string | number | null)[]

/** Draws for one thing: the same seed, table and number give the same draws on every machine. */
interface Draw {
  /** A number from 0 to below 1, from the bits of draw `index`. */
  unit(index: number): number
  pick<T>(index: number, choices: readonly (readonly [T, number])[]): T
}

function drawOf(seed: number, table: string, row: number): Draw {
  const bits = createHash('sha256').update(`${seed}|${table}|${row}`).digest()
  const unit = (index: number) => bits.readUInt32BE((index % 8) * 4) / 2 ** 32
  return {
    unit,
    pick(index, choices) {
      let left = unit(index) * choices.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of choices) {
        left -= weight
        if (left < 0) return value
      }
      throw new Error('a draw beyond all weights')
    },
  }
}

const hospitals: readonly Row[] = [
  ['990000011', 'CHU des Falaises', '76'],
  ['990000022', 'Hôpital de l’Estuaire', '76'],
  ['990000033', 'CHU du Bocage', '14'],
  ['990000044', 'Centre hospitalier du Perche', '61'],
  ['990000055', 'Centre hospitalier des Marais', '50'],
  ['990000066', 'Clinique du Vexin', '27'],
]

const departments = [
  ['76', 40],
  ['14', 22],
  ['27', 18],
  ['50', 12],
  ['61', 7],
  ['13', 0.9],
  ['2A', 0.1],
] as const

interface Group {
  readonly ghm: string
  readonly ward: string
  readonly days: number
  readonly cost: number
  readonly code: string
}

/** GHM with usual days and usual cost, and their weight; the last one is rare. */
const groups: readonly (readonly [Group, number])[] = [
  [{ ghm: '05M092', ward: 'CARDIO', days: 8, cost: 4200, code: 'I500' }, 18],
  [{ ghm: '04M052', ward: 'PNEUMO', days: 9, cost: 3900, code: 'J189' }, 14],
  [{ ghm: '01M301', ward: 'NEURO', days: 7, cost: 4600, code: 'I639' }, 10],
  [{ ghm: '08C471', ward: 'ORTHO', days: 6, cost: 7200, code: 'S720' }, 12],
  [{ ghm: '14Z13A', ward: 'OBST', days: 4, cost: 2500, code: 'O800' }, 9],
  [{ ghm: '10M161', ward: 'MED', days: 5, cost: 2700, code: 'E119' }, 14],
  [{ ghm: '11M041', ward: 'MED', days: 6, cost: 3100, code: 'N10' }, 10],
  [{ ghm: '28Z14Z', ward: 'HDJ', days: 0, cost: 600, code: 'Z511' }, 12],
  [{ ghm: '22M021', ward: 'BRULES', days: 20, cost: 21000, code: 'T312' }, 0.2],
]

const associated = [
  ['I10', 30],
  ['E119', 18],
  ['E780', 14],
  ['I489', 12],
  ['J449', 9],
  ['F329', 7],
  ['E840', 0.3],
] as const

const firstDay = Date.UTC(2020, 0, 1)
const lastDay = Date.UTC(2025, 11, 31)
const dayMs = 86_400_000

function day(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}

interface Patient {
  readonly id: string
  readonly row: Row
  readonly death: number | null
}

function patientOf(seed: number, number: number): Patient {
  const draw = drawOf(seed, 'patients', number)
  const id = createHash('sha256').update(`${seed}|pseudonym|${number}`).digest('hex').slice(0, 24)
  const department = draw.pick(1, departments)
  const age = Math.floor(95 * draw.unit(2) ** 0.7)
  const death = draw.unit(3) < 0.02 + age / 900 ? firstDay + draw.unit(4) * (lastDay - firstDay) : null
  const commune = `${department}${String(1 + Math.floor(40 * draw.unit(5) ** 2)).padStart(3, '0')}`
  const sex = draw.unit(0) < 0.48 ? '1' : '2'
  return { id, death, row: [id, sex, 2020 - age, department, commune, death === null ? null : day(death)] }
}

/** Winter has more admissions than summer. */
function admissionOf(draw: Draw): number {
  const year = 2020 + Math.floor(6 * draw.unit(0))
  const uniform = draw.unit(1)
  const season = uniform - 0.06 * Math.sin(2 * Math.PI * uniform)
  return Date.UTC(year, 0, 1) + Math.floor(((season + 1) % 1) * 365) * dayMs
}

interface Stay {
  readonly row: Row
  readonly diagnoses: readonly Row[]
}

function stayOf(seed: number, number: number, patient: Patient): Stay {
  const draw = drawOf(seed, 'stays', number)
  const admission = Math.min(admissionOf(draw), patient.death ?? lastDay)
  const group = draw.pick(2, groups)
  const days = Math.floor(group.days * Math.exp(draw.unit(3) - 0.5) + (group.days > 0 ? 1 : 0))
  const discharge = Math.min(admission + days * dayMs, patient.death ?? Number.POSITIVE_INFINITY)
  const cost = Math.round(group.cost * Math.exp(1.2 * (draw.unit(4) - 0.5)) * 100) / 100
  const hospital = draw.pick(
    5,
    hospitals.map((one, index) => [String(one[0]), 10 - index] as const),
  )
  const entry = draw.pick(6, [
    ['8', 78],
    ['7', 12],
    ['6', 10],
  ])
  const id = 2_000_000 + number
  const others = Math.floor(3 * draw.unit(7))
  const diagnoses: Row[] = [[id, patient.id, group.code, 'DP']]
  for (let rank = 0; rank < others; rank += 1) {
    const code = drawOf(seed, 'diagnoses', number * 4 + rank).pick(0, associated)
    diagnoses.push([id, patient.id, code, 'DAS'])
  }
  const row = [id, patient.id, hospital, day(admission), day(discharge), entry, group.ward, group.ghm, cost]
  return { row, diagnoses }
}

function csvOf(table: string, rows: readonly Row[]): DemoTable {
  const resource = pmsiDemo.resources.find((one) => one.name === table)
  const header = resource?.schema.fields.map((field) => field.name).join(';')
  const lines = rows.map((row) => row.map((value) => value ?? '').join(';'))
  return { table, csv: `${[header, ...lines].join('\n')}\n` }
}

/** All tables for a seed. 12 000 stays of 5 000 patients when nothing else is asked. */
export function makePmsiDemo(options: { seed?: number; stays?: number } = {}): readonly DemoTable[] {
  const { seed = 42, stays: wanted = 12_000 } = options
  const patients = Array.from({ length: Math.ceil(wanted / 2.4) }, (_, number) => patientOf(seed, number))
  const stays: Stay[] = []
  for (let number = 0; number < wanted; number += 1) {
    // A few patients come often, most come once or twice.
    const draw = drawOf(seed, 'visits', number).unit(0)
    const patient = patients[Math.floor(patients.length * draw ** 1.5)]
    if (patient !== undefined) stays.push(stayOf(seed, number, patient))
  }
  return [
    csvOf(
      'patients',
      patients.map((patient) => patient.row),
    ),
    csvOf(
      'stays',
      stays.map((stay) => stay.row),
    ),
    csvOf(
      'diagnoses',
      stays.flatMap((stay) => stay.diagnoses),
    ),
    csvOf('hospitals', hospitals),
  ]
}
