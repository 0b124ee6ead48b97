/** Stays in the way of PMSI-MCO: patients, stays with their GHM, associated diagnoses, acts. Codes look real, nobody is. */
import { days, firstMonday, weeklyChoices } from './calendar.ts'
import { at, bits, type Choice, layered, numbered, pick, spread, word } from './draw.ts'
import { careGroups, groupDraw } from './mco-groups.ts'
import {
  hospitals,
  isInSmallHospital,
  person,
  personsOf,
  personWord,
  pseudonym,
  smallHospital,
  whose,
} from './people.ts'
import { field, type Shape, type Size } from './shape.ts'

const patient = field('patient_id', { role: 'unit', title: 'Pseudonyme du patient' })
const stay = field('sejour_id', { type: 'integer', role: 'key', title: 'Numéro de séjour' })
const sex = field('sexe', {
  title: 'Sexe',
  categories: [
    { value: '1', label: 'homme' },
    { value: '2', label: 'femme' },
  ],
})
const commune = field('code_geo', {
  role: 'quasi-identifier',
  quasiIdentifier: 'COMMUNE_RESIDENCE',
  title: 'Commune de résidence',
})
const ofPatient = { fields: ['patient_id'], reference: { resource: 'patients', fields: ['patient_id'] } }
const ofStay = { fields: ['sejour_id'], reference: { resource: 'sejours', fields: ['sejour_id'] } }

const resources: Shape['resources'] = [
  {
    name: 'patients',
    title: 'Patients',
    schema: {
      primaryKey: ['patient_id'],
      fields: [
        patient,
        sex,
        field('annee_naissance', { type: 'integer', role: 'quasi-identifier', bounds: [1900, 2026] }),
        commune,
      ],
    },
  },
  {
    name: 'sejours',
    title: 'Séjours',
    schema: {
      primaryKey: ['sejour_id'],
      foreignKeys: [ofPatient],
      fields: [
        stay,
        patient,
        field('finess', { title: 'Établissement (FINESS fictif)' }),
        field('mois_sortie', { type: 'integer', title: 'Mois de sortie', bounds: [1, 12] }),
        field('date_entree', { type: 'date', quasiIdentifier: 'DATE_SOINS_EXACTE', title: 'Date d’entrée' }),
        field('date_sortie', { type: 'date', quasiIdentifier: 'DATE_SOINS_EXACTE', title: 'Date de sortie' }),
        field('duree', { type: 'integer', unit: 'nuits', bounds: [0, 365], title: 'Durée de séjour' }),
        field('mode_entree', { title: 'Mode d’entrée (6 mutation, 7 transfert, 8 domicile)' }),
        field('provenance', { title: 'Provenance (5 urgences)' }),
        field('mode_sortie', { title: 'Mode de sortie (6, 7, 8, 9 décès)' }),
        field('ghm', { title: 'Groupe homogène de malades' }),
        field('dp', { title: 'Diagnostic principal (CIM-10)' }),
        field('dr', { title: 'Diagnostic relié (CIM-10)' }),
        field('age', { type: 'integer', unit: 'années', bounds: [0, 120], role: 'quasi-identifier' }),
        field('cout', { type: 'number', unit: 'EUR', bounds: [0, 1_000_000], title: 'Coût' }),
      ],
    },
  },
  {
    name: 'das',
    title: 'Diagnostics associés significatifs',
    schema: {
      primaryKey: ['sejour_id', 'rang'],
      foreignKeys: [ofStay],
      fields: [
        stay,
        patient,
        field('rang', { type: 'integer', bounds: [1, 20] }),
        field('code', { title: 'Code CIM-10' }),
      ],
    },
  },
  {
    name: 'actes',
    title: 'Actes',
    schema: {
      primaryKey: ['sejour_id', 'rang'],
      foreignKeys: [ofStay],
      fields: [
        stay,
        patient,
        field('rang', { type: 'integer', bounds: [1, 20] }),
        field('ccam', { title: 'Code CCAM' }),
        field('jour', { type: 'integer', bounds: [0, 365], title: 'Jour du séjour' }),
      ],
    },
  },
]

/** Weights of 256: two in a hundred die, and only in the last stay that they have. */
const exits: readonly Choice[] = [
  ['8', 216],
  ['7', 16],
  ['6', 14],
  ['9', 10],
]

/** One row per stay, with its patient; a person's stays are at least 28 days apart and at most 27 nights long. */
function stays({ seed, rows }: Size): string {
  const starts = `7 * ${pick('start_draw', 4096, weeklyChoices(70))} + ${bits('pw', 56, 3)} % 7`
  return layered(
    numbered(rows),
    whose,
    { ...personWord(seed), sw: word(seed, 'sejours', 'i') },
    { ...person, start_draw: bits('pw', 42, 12) },
    { day: `${starts} + rank * (28 + ${bits('pw', 37, 5)})` },
    {
      sejour_id: '10000000 + i',
      patient_id: pseudonym(seed),
      date_entree: `${firstMonday} + (day % ${days})::INTEGER`,
    },
    { age: 'greatest(0, year(date_entree) - annee_naissance)' },
    { care: groupDraw('age', 'sexe', bits('sw', 0, 10)) },
    {
      duree: `least(27, ${spread(
        at(
          'care',
          careGroups.map(({ nights }) => nights * 10),
        ),
        bits('sw', 10, 16),
        0.55,
      )} // 10)::INTEGER`,
      cents: spread(
        at(
          'care',
          careGroups.map(({ euros }) => euros * 100),
        ),
        bits('sw', 26, 16),
        0.4,
      ),
      ghm: at(
        'care',
        careGroups.map(({ ghm }) => ghm),
      ),
      dp: at(
        'care',
        careGroups.map(({ code }) => code),
      ),
      dr: at(
        'care',
        careGroups.map(({ related }) => related ?? null),
      ),
      finess: `CASE WHEN ${isInSmallHospital} THEN '${smallHospital}' ELSE ${pick(bits('sw', 42, 8), 256, hospitals)} END`,
      mode_entree: pick(bits('sw', 50, 6), 64, [
        ['8', 54],
        ['7', 6],
        ['6', 4],
      ]),
      exit: pick(bits('sw', 56, 8), 256, exits),
    },
    {
      date_sortie: 'date_entree + duree',
      provenance: "CASE WHEN mode_entree = '8' AND duree > 2 THEN '5' END",
      mode_sortie: `CASE WHEN exit = '9' AND (NOT is_last OR day >= ${days} OR age < 40 OR duree = 0) THEN '8' ELSE exit END`,
      cout: '(cents + duree * 9000) * 0.01',
    },
    { mois_sortie: 'month(date_sortie)' },
  )
}

const associated: readonly Choice[] = [
  ['I10', 76],
  ['E119', 46],
  ['E780', 36],
  ['I489', 30],
  ['J449', 22],
  ['F329', 18],
  ['N183', 14],
  ['E669', 13],
  ['E840', 1],
]

/** Diagnoses from the second on: more of them in long stays of old persons. */
function associatedDiagnoses(size: Size): string {
  const many =
    'CASE WHEN duree = 0 THEN 0 ELSE least(4, (age // 30 + (sw >> 24 & 3)::INTEGER + duree // 10) // 2) END'
  return layered(
    `SELECT *, unnest(range(1, ${many} + 1))::INTEGER AS rang FROM (${stays(size)})`,
    { dw: word(size.seed, 'das', "concat_ws('/', i, rang)") },
    { code: pick(bits('dw', 0, 8), 256, associated) },
  )
}

/** The act of the group on the first days, and for one stay in four another one. */
function acts(size: Size): string {
  const many = `CASE WHEN care_act IS NULL THEN 0 ELSE 1 + (sw & 3 = 0)::INTEGER END`
  const withAct = layered(stays(size), {
    care_act: at(
      'care',
      careGroups.map(({ act }) => act),
    ),
  })
  return layered(
    `SELECT *, unnest(range(1, ${many} + 1))::INTEGER AS rang FROM (${withAct})`,
    { aw: word(size.seed, 'actes', "concat_ws('/', i, rang)") },
    {
      ccam: `CASE rang WHEN 1 THEN care_act ELSE ${pick(bits('aw', 0, 6), 64, [
        ['DEQP003', 40],
        ['ZBQK002', 20],
        ['YYYY600', 4],
      ])} END`,
      jour: `least(duree, ${bits('aw', 6, 2)})`,
    },
  )
}

function patients({ seed, rows }: Size): string {
  return layered(`SELECT i AS p FROM range(${personsOf(rows)}) r(i)`, personWord(seed), {
    ...person,
    patient_id: pseudonym(seed),
  })
}

export const mco: Shape = {
  title: 'Séjours hospitaliers de type PMSI-MCO (données synthétiques)',
  main: 'sejours',
  resources,
  about: {
    kind: 'personal',
    domain: 'patients-synthetiques',
    threshold: 11,
    keywords: ['PMSI', 'séjours hospitaliers', 'données synthétiques'],
  },
  rowsOf: (size) => ({
    patients: patients(size),
    sejours: stays(size),
    das: associatedDiagnoses(size),
    actes: acts(size),
  }),
  totals: {
    sejours_par_mois: { table: 'sejours', group: "strftime(date_entree, '%Y-%m')", measure: 'count(*)' },
    sejours_par_ghm: { table: 'sejours', group: 'ghm', measure: 'count(*)' },
    nuits_par_ghm: { table: 'sejours', group: 'ghm', measure: 'sum(duree)' },
    patients_par_sexe: { table: 'patients', group: 'sexe', measure: 'count(*)' },
    actes_par_code: { table: 'actes', group: 'ccam', measure: 'count(*)' },
    das_par_code: { table: 'das', group: 'code', measure: 'count(*)' },
  },
}
