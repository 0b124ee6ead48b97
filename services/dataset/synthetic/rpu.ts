/** Emergency visits in the way of the RPU: arrival, exit, reason, CCMU, orientation; hours, weekdays, winters. */
import { epidemic, firstMonday, wave, weeklyChoices } from './calendar.ts'
import { at, bits, type Choice, layered, numbered, pick, spread, word } from './draw.ts'
import {
  hospitals,
  isInSmallHospital,
  person,
  personWord,
  pseudonym,
  smallHospital,
  whose,
} from './people.ts'
import { field, type Shape, type Size } from './shape.ts'

const resources: Shape['resources'] = [
  {
    name: 'passages',
    title: 'Passages aux urgences',
    schema: {
      primaryKey: ['passage_id'],
      fields: [
        field('passage_id', { type: 'integer', role: 'key', title: 'Numéro de passage' }),
        field('patient_id', { role: 'unit', title: 'Pseudonyme du patient' }),
        field('finess', { title: 'Établissement (FINESS fictif)' }),
        field('entree_ts', { type: 'datetime', quasiIdentifier: 'DATE_SOINS_EXACTE', title: 'Entrée' }),
        field('sortie_ts', { type: 'datetime', quasiIdentifier: 'DATE_SOINS_EXACTE', title: 'Sortie' }),
        field('age', { type: 'integer', unit: 'années', bounds: [0, 120], role: 'quasi-identifier' }),
        field('sexe', { title: 'Sexe (1 homme, 2 femme)' }),
        field('code_geo', {
          role: 'quasi-identifier',
          quasiIdentifier: 'COMMUNE_RESIDENCE',
          title: 'Commune de résidence',
        }),
        field('mode_entree', { title: 'Mode d’entrée (6, 7, 8)' }),
        field('transport', { title: 'PERSO, AMBU, VSAB, SMUR, FO, HELI' }),
        field('motif', { title: 'Motif de recours (CIM-10)' }),
        field('ccmu', { title: 'Gravité, 1 à 5' }),
        field('dp', { title: 'Diagnostic principal (CIM-10)' }),
        field('mode_sortie', { title: 'Mode de sortie (6, 7, 8, 9 décès)' }),
        field('orientation', { title: 'Orientation' }),
      ],
    },
  },
]

/** Weekends and Mondays have more; so have the end of the morning and the evening. */
const weekdays: readonly Choice[] = [157, 142, 138, 137, 140, 152, 158].map((weight, index) => [
  index,
  weight,
])
const hours: readonly Choice[] = [
  20, 15, 12, 10, 9, 10, 15, 26, 46, 62, 68, 64, 56, 58, 60, 59, 58, 60, 62, 60, 54, 46, 36, 28,
].map((weight, index) => [index, weight])

const severities: readonly Choice[] = [
  ['1', 150],
  ['2', 640],
  ['3', 190],
  ['4', 14],
  ['5', 6],
]

interface Reason {
  readonly motif: string
  readonly code: string
  /** Among children, adults and persons from 75 on. */
  readonly weights: readonly [number, number, number]
}

const reasons: readonly Reason[] = [
  { motif: 'S099', code: 'S000', weights: [190, 60, 110] },
  { motif: 'T149', code: 'S934', weights: [160, 150, 40] },
  { motif: 'S619', code: 'S610', weights: [90, 110, 30] },
  { motif: 'R104', code: 'R104', weights: [140, 140, 80] },
  { motif: 'R074', code: 'R074', weights: [10, 120, 90] },
  { motif: 'R060', code: 'J189', weights: [90, 60, 170] },
  { motif: 'R509', code: 'J068', weights: [220, 50, 60] },
  { motif: 'R55', code: 'R55', weights: [20, 50, 110] },
  { motif: 'N23', code: 'N200', weights: [2, 60, 20] },
  { motif: 'F419', code: 'F419', weights: [18, 90, 30] },
  { motif: 'R53', code: 'R53', weights: [20, 50, 200] },
  { motif: 'T632', code: 'T632', weights: [1, 1, 1] },
]

function reasonDraw(draw: string): string {
  const of = (profile: 0 | 1 | 2) =>
    pick(
      draw,
      1024,
      reasons.map(({ weights }, index) => [index, weights[profile]]),
    )
  return `CASE WHEN age < 16 THEN ${of(0)} WHEN age < 75 THEN ${of(1)} ELSE ${of(2)} END`
}

/** In an epidemic week up to one reason in five is the influenza itself. */
const influenza = wave((week) => 3.6 * epidemic(week))

const transports: readonly Choice[] = [
  ['PERSO', 690],
  ['AMBU', 150],
  ['VSAB', 140],
  ['SMUR', 28],
  ['FO', 14],
  ['HELI', 2],
]
const stayed: readonly Choice[] = [
  ['UHCD', 100],
  ['MED', 90],
  ['CHIR', 40],
  ['SC', 10],
  ['REA', 8],
  ['SI', 8],
]

/** Visits; hours, reason and severity of one do not say anything of the next one of the same person. */
function visits({ seed, rows }: Size): string {
  return layered(
    numbered(rows),
    whose,
    { ...personWord(seed), vw: word(seed, 'passages', 'i'), ow: word(seed, 'sorties', 'i') },
    { ...person, week_draw: bits('vw', 0, 12), hour_draw: bits('vw', 12, 10), day_draw: bits('vw', 22, 10) },
    { week: pick('week_draw', 4096, weeklyChoices(100)) },
    {
      entree_ts: `${firstMonday} + (7 * week + ${pick('day_draw', 1024, weekdays)})::INTEGER
        + to_minutes(60 * ${pick('hour_draw', 1024, hours)} + ${bits('vw', 32, 10)} % 60)`,
    },
    { age: 'greatest(0, year(entree_ts) - annee_naissance)' },
    {
      is_flu: `${bits('vw', 42, 10)} < ${at('week', influenza)}`,
      reason: reasonDraw(bits('ow', 0, 10)),
      ccmu: `CASE WHEN age > 75 AND ${bits('ow', 62, 2)} = 0 THEN '3' ELSE ${pick(bits('vw', 52, 10), 1024, severities)} END`,
    },
    {
      passage_id: '50000000 + i',
      patient_id: pseudonym(seed),
      finess: `CASE WHEN ${isInSmallHospital} THEN '${smallHospital}' ELSE ${pick(bits('pw', 48, 8), 256, hospitals)} END`,
      motif: `CASE WHEN is_flu THEN 'R509' ELSE ${at(
        'reason',
        reasons.map(({ motif }) => motif),
      )} END`,
      dp: `CASE WHEN is_flu THEN 'J111' ELSE ${at(
        'reason',
        reasons.map(({ code }) => code),
      )} END`,
      minutes: spread(at('ccmu::INTEGER - 1', [85, 170, 310, 330, 240]), bits('ow', 10, 16), 0.6),
      mode_entree: pick(bits('ow', 26, 6), 64, [
        ['8', 60],
        ['7', 3],
        ['6', 1],
      ]),
      transport: pick(bits('ow', 32, 10), 1024, transports),
      exit: bits('ow', 42, 10),
    },
    {
      sortie_ts: 'entree_ts + to_minutes(greatest(8, least(minutes, 2880)))',
      mode_sortie: `CASE WHEN exit < ${at('ccmu::INTEGER - 1', [0, 0, 4, 60, 260])} AND is_last AND rank = 0 THEN '9'
        WHEN exit >= ${at('ccmu::INTEGER - 1', [1000, 890, 500, 300, 300])} THEN CASE WHEN exit % 12 = 0 THEN '7' ELSE '6' END ELSE '8' END`,
    },
    {
      orientation: `CASE mode_sortie WHEN '6' THEN ${pick(bits('ow', 52, 8), 256, stayed)}
        WHEN '8' THEN CASE WHEN exit % 40 = 0 THEN 'PSA' WHEN exit % 60 = 1 THEN 'FUGUE' END END`,
    },
  )
}

export const rpu: Shape = {
  title: 'Passages aux urgences de type RPU (données synthétiques)',
  main: 'passages',
  resources,
  about: {
    kind: 'personal',
    domain: 'patients-synthetiques',
    threshold: 11,
    keywords: ['urgences', 'RPU', 'données synthétiques'],
  },
  rowsOf: (size) => ({ passages: visits(size) }),
  totals: {
    passages_par_semaine: {
      table: 'passages',
      group: "date_trunc('week', entree_ts)::DATE",
      measure: 'count(*)',
    },
    passages_par_heure: { table: 'passages', group: 'hour(entree_ts)', measure: 'count(*)' },
    passages_par_ccmu: { table: 'passages', group: 'ccmu', measure: 'count(*)' },
  },
}
