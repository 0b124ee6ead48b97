/**
 * Invented persons. Twenty rows in a row (stays, visits) belong to eleven persons, six of whom come once and one five times:
 * who a row is about follows from its number alone, so that tables of any size are written without a join. Pure.
 */
import { at, bits, type Choice, pick, word } from './draw.ts'

const perBlock = 20
const personsPerBlock = 11
const personAt = [0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 10, 10, 10]
const rankAt = [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 3, 4]
const lastAt = [0, 1, 2, 3, 4, 5, 7, 9, 11, 14, 19]

/** Persons of so many rows. */
export function personsOf(rows: number): number {
  const last = rows - 1
  return Math.floor(last / perBlock) * personsPerBlock + (personAt[last % perBlock] ?? 0) + 1
}

/** Columns `p` (the person, from 0), `rank` (which of its rows this is) and `is_last`, of a row `i`. */
export const whose: Readonly<Record<string, string>> = {
  p: `(i // ${perBlock}) * ${personsPerBlock} + ${at(`(i % ${perBlock})`, personAt)}`,
  rank: at(`(i % ${perBlock})`, rankAt),
  is_last: `(i % ${perBlock}) IN (${lastAt.join(', ')})`,
}

const departments: readonly Choice[] = [
  ['76', 4000],
  ['14', 2200],
  ['27', 1800],
  ['50', 1200],
  ['61', 700],
  ['75', 88],
  ['2A', 12],
]

const ages: readonly Choice[] = [
  [0, 5],
  [1, 4],
  [8, 4],
  [18, 14],
  [30, 12],
  [42, 12],
  [54, 13],
  [62, 14],
  [70, 12],
  [78, 10],
  [86, 4],
]

/** Communes of exactly 10, 11 and 12 persons, to see where the threshold of eleven lies. Nobody else lives there. */
const boundaryCommune = `WHEN p < 10 THEN '61910' WHEN p < 21 THEN '61911' WHEN p < 33 THEN '61912'`

/** The draws of a person `p`, once for all its rows. */
export function personWord(seed: number): Readonly<Record<string, string>> {
  return { pw: word(seed, 'persons', 'p') }
}

/** Sex, year of birth and commune from `pw`. */
export const person: Readonly<Record<string, string>> = {
  sexe: `CASE WHEN ${bits('pw', 0, 6)} < 31 THEN '1' ELSE '2' END`,
  annee_naissance: `2021 - (${pick(bits('pw', 6, 8), 256, ages)} + ${bits('pw', 14, 3)})`,
  code_geo: `CASE ${boundaryCommune} ELSE ${pick(bits('pw', 17, 12), 4096, departments)}
    || printf('%03d', 1 + least(${bits('pw', 29, 5)}, ${bits('pw', 34, 5)})) END`,
}

/** The form of a first-level pseudonym, as `huisclos pseudonymise` makes them: nobody holds a key of these. */
export function pseudonym(seed: number): string {
  return `'h1k01_' || md5(concat_ws('|', ${seed}, 'pseudonym', p))`
}

/** FINESS of invented establishments: none in 99 exists. */
export const hospitals: readonly Choice[] = [
  ['990000011', 28],
  ['990000022', 20],
  ['990000033', 18],
  ['990000044', 12],
  ['990000055', 10],
  ['990000066', 7],
  ['990000077', 5],
]
/** One establishment that fewer than eleven persons ever see. */
export const smallHospital = '990000099'
export const isInSmallHospital = 'p BETWEEN 33 AND 40'
