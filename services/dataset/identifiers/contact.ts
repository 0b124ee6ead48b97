/** Ways to reach a person: e-mail, telephone, postal address. Pure. */
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Field } from '../descriptor.ts'
import type { Counted, Probe } from '../probe.ts'

/** One or two cases in a large column are an accident of its texts. */
export function isRare({ count, filled }: Counted): boolean {
  return count < 3 && count < 0.05 * filled
}

export function emailProbe(field: Field, value: string): Probe {
  return {
    rule: 'identifier.email',
    severity: 'quarantine',
    column: field.name,
    least: 6,
    condition: `contains(${value}, '@') AND regexp_matches(${value}, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}')`,
    tolerated: isRare,
  }
}

const telephones = listOf('tel telephone telephones phone phones mobile portable gsm fax telecopie')
const french = '([+]33 ?([(]0[)])?|0033|0) ?[1-9]([ ./-]?[0-9]{2}){4}'
const foreign = '([+]|00)[1-9][0-9]{0,2}([ ./-]?[0-9]){6,12}'

/** Whether the column says that it holds telephone numbers. */
export function isOfTelephones(column: string): boolean {
  return hasWord(wordsOf(column), telephones)
}

export function phoneProbes(field: Field, value: string): readonly Probe[] {
  const rule = { rule: 'identifier.phone', severity: 'quarantine', column: field.name, least: 9 } as const
  // A spreadsheet drops the leading zero.
  const digits = `regexp_full_match(regexp_replace(${value}, '[^0-9]', '', 'g'), '[0-9]{9,14}')`
  if (isOfTelephones(field.name)) return [{ ...rule, condition: digits, tolerated: isRare }]
  if (field.type !== 'string') return []
  const whole = `length(${value}) BETWEEN 10 AND 20 AND regexp_full_match(trim(${value}), '${french}|${foreign}')`
  const within = `length(${value}) > 20 AND regexp_matches(${value}, '(^|[^0-9A-Za-z.,])${french}([^0-9]|$)')`
  return [
    // Ten digits after a zero may be a code: telephones fill the column.
    { ...rule, condition: whole, tolerated: ({ count, filled }) => count < 3 || count < 0.3 * filled },
    { ...rule, condition: within, tolerated: isRare },
  ]
}

const ways =
  'rue|avenue|av|bd|bld|boulevard|chemin|che|impasse|imp|allee|allees|place|route|rte|quai|square|hameau|lotissement|residence|passage|sentier|sente|faubourg|venelle|rond-point|esplanade|montee|ruelle|street|road|lane'
const street = `(^|[^0-9a-z])[0-9]{1,4} ?(bis|ter|quater|[a-d])?[ ,]+(${ways})[ .]+[a-z0-9]`
const box = '(^|[^a-z])(lieu[- ]dit|bp|boite postale|[0-9]{1,4} ?(bis|ter)?[ ,]+[a-z]+) +[a-z0-9]'
const town = '(^|[^0-9])[0-9]{5},? +[a-z]{2,}'

/** A number and a street, or what stands for one before a postcode and a town. */
export function addressProbe(field: Field, value: string): Probe {
  const plain = `lower(strip_accents(${value}))`
  return {
    rule: 'identifier.address',
    severity: 'quarantine',
    column: field.name,
    least: 8,
    condition: `length(${value}) >= 8 AND (regexp_matches(${plain}, '${street}')
      OR regexp_matches(${plain}, '${box}') AND regexp_matches(${plain}, '${town}'))`,
    tolerated: isRare,
  }
}
