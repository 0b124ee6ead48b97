/** What names a person without a number of the state: names, numbers of a hospital's own, free text. Pure. */
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Field } from '../descriptor.ts'
import type { Counted, Probe } from '../probe.ts'
import { isRare } from './contact.ts'

const given = listOf(
  'prenom prenoms firstname forename surname lastname givenname patronyme patronymique maiden fullname',
)
const plain = listOf('nom noms name names')
/** Words beside `nom` or `name` that leave it the name of a person. */
const besides = listOf(
  'naissance usage usuel famille marital jeune fille de du la patient malade personne assure beneficiaire birth family last first full middle given maiden',
)
/** Words of things that have names of their own, written as persons are. */
const things = listOf(
  'commune ville city town pays country region departement department etablissement hospital hopital medicament drug produit product molecule substance dci laboratoire service specialite specialty organisme',
)

/** Whether the column says that it holds names of persons: surely, or only by a word that things have too. */
export function namesIn(column: string): 'surely' | 'perhaps' | null {
  const words = wordsOf(column)
  if (hasWord(words, given)) return 'surely'
  const others = words.filter((word) => !plain.has(word))
  if (others.length === words.length || !others.every((word) => besides.has(word))) return null
  return others.length > 0 ? 'surely' : 'perhaps'
}

const particle = "(?:(?:de|du|des|la|le|van|von|den|der|el|ben|di|da)[ ]|[dl][''’])"
const word = "(?:(?:\\p{Lu}[''’])?(?:\\p{Lu}\\p{Ll}+){1,2}|\\p{Lu}{2,})"
const written = `(?:${particle})*${word}(?:[ -]+(?:${particle})*${word}){0,4}`

/**
 * Names of persons. By the name of the column and letters alone; without such a name by how the column is filled: words with
 * capitals, nearly all different, as no list of codes is. Fewer different ones, as first names are, is only a warning.
 */
export function nameProbes(field: Field, value: string, isOfPersons: boolean): readonly Probe[] {
  const column = field.name
  const said = namesIn(column)
  const rule = { rule: 'identifier.name', severity: 'quarantine', column, least: 2 } as const
  if (said === 'surely' || (said === 'perhaps' && isOfPersons)) {
    const letters = `regexp_full_match(trim(${value}), '\\p{L}[\\p{L} ''’.-]{1,59}')`
    return [{ ...rule, condition: letters, tolerated: ({ count, filled }) => count < 0.5 * filled }]
  }
  if (!isOfPersons || hasWord(wordsOf(column), things)) return []
  // The engine computes both sides of AND for every row, and a CASE only where it is asked for: codes have digits, no name has.
  const condition = `CASE WHEN length(${value}) BETWEEN 3 AND 50 AND NOT regexp_matches(${value}, '[0-9]')
    THEN regexp_full_match(trim(${value}), '${written}')
      AND regexp_matches(strip_accents(${value}), '[AEIOUYaeiouy]') END`
  return [
    { ...rule, condition, isSpread: true, tolerated: (cases) => !areNames(cases) },
    {
      ...rule,
      severity: 'warning',
      condition,
      isSpread: true,
      tolerated: (cases) => areNames(cases) || !fillColumn(cases) || cases.distinct < 40,
    },
  ]
}

const fillColumn = ({ count, filled }: Counted) => count >= 15 && count >= 0.8 * filled
const areNames = (cases: Counted) => fillColumn(cases) && cases.distinct >= 0.3 * cases.count

const numbers = listOf('ipp nip iep nda mrn matricule')
const numbered = listOf('numero num no number nr id ident identifiant code')
const ofPatients = listOf(
  'patient patients dossier malade hospitalier hospitalisation chart record beneficiaire assure',
)

/** Whether the column says that it holds the number of a patient or of a patient's file. */
export function isOfPatientNumbers(column: string): boolean {
  const words = wordsOf(column)
  return hasWord(words, numbers) || (hasWord(words, numbered) && hasWord(words, ofPatients))
}

const instants = listOf('date datetime time timestamp instant heure horodatage epoch dt')

/**
 * Numbers that a hospital gave a patient: by the name of the column, or because nearly every row has a long number of its
 * own. `unit` and `key` fields are exempt, as the contract says (section 5).
 */
export function patientProbes(field: Field, value: string, isOfPersons: boolean): readonly Probe[] {
  const column = field.name
  const rule = { rule: 'identifier.patient', severity: 'quarantine', column, isSpread: true } as const
  if (isOfPatientNumbers(column)) {
    const condition = `regexp_full_match(trim(${value}), '[A-Za-z]{0,3}[ -]?[0-9]{5,15}')`
    const tolerated = ({ count, filled, distinct }: Counted) => count < 0.5 * filled || distinct < 2
    return [{ ...rule, least: 5, condition, tolerated }]
  }
  const isMeasure = field.bounds !== undefined || field.unit !== undefined
  if (!isOfPersons || isMeasure || hasWord(wordsOf(column), instants)) return []
  const shape = field.type === 'integer' ? '[0-9]{8,12}' : '[0-9]{7,12}'
  const day = '(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])'
  return [
    {
      ...rule,
      least: 7,
      condition: `regexp_full_match(trim(${value}), '${shape}') AND NOT regexp_full_match(trim(${value}), '${day}')`,
      tolerated: ({ count, filled, distinct }) =>
        count < 20 || count < 0.95 * filled || distinct < 0.85 * count,
    },
  ]
}

/** Texts that somebody wrote: long, of many words, and seldom the same twice, as labels of codes are. */
export function textProbe(field: Field, value: string): Probe {
  return {
    rule: 'identifier.text',
    severity: 'quarantine',
    column: field.name,
    least: 60,
    condition: `length(${value}) >= 60 AND length(${value}) - length(replace(${value}, ' ', '')) >= 9`,
    isSpread: true,
    tolerated: (cases) => isRare(cases) || cases.distinct < 0.3 * cases.count,
  }
}
