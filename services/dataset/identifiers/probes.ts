/** Direct identifiers that must not come in, by column name, shape, check digits and distribution. Pure. */
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Field } from '../descriptor.ts'
import type { Finding } from '../finding.ts'
import type { Probe } from '../probe.ts'
import { name } from '../quote.ts'
import { addressProbe, emailProbe, isOfTelephones, phoneProbes } from './contact.ts'
import { insProbes, nirProbe } from './national.ts'
import { isOfPatientNumbers, nameProbes, namesIn, patientProbes, textProbe } from './person.ts'

const identifying = new Set(['unit', 'key', 'unit-reference'])

/**
 * The probes of one field. No field is exempt from the detector of national numbers; `unit` and `key` fields hold what looks
 * like numbers and codes, so the others do not read them. Names, addresses and texts are ordinary in a table of no person.
 */
export function identifierProbes(
  field: Field,
  { isOfPersons }: { readonly isOfPersons: boolean },
): readonly Probe[] {
  if (field.type !== 'string' && field.type !== 'integer') return []
  const value = field.type === 'string' ? name(field.name) : `CAST(${name(field.name)} AS VARCHAR)`
  const isIdentifier = identifying.has(field.role ?? '')
  const read = { value, isIdentifier }
  const national = [nirProbe(field, read), ...insProbes(field, read)]
  if (isIdentifier) return national
  const numbers = [
    ...national,
    ...phoneProbes(field, value),
    ...patientProbes(field, value, isOfPersons),
    ...(isOfPersons ? saidProbes(field) : []),
  ]
  if (field.type === 'integer') return numbers
  return [
    ...numbers,
    emailProbe(field, value),
    ...nameProbes(field, value, isOfPersons),
    ...(isOfPersons ? [addressProbe(field, value), textProbe(field, value)] : []),
  ]
}

const said = listOf(
  'nir nia nss ins insi insc secu adresse adresses address mail mails email courriel voie rue street commentaire commentaires comment comments observation observations remarque remarques notes',
)

/** A column whose name announces an identifier. */
function saidProbes(field: Field): Probe[] {
  const { name: column } = field
  const isSaid =
    hasWord(wordsOf(column), said) ||
    isOfTelephones(column) ||
    isOfPatientNumbers(column) ||
    namesIn(column) !== null
  if (!isSaid) return []
  return [
    { rule: 'identifier.column', severity: 'warning', column, condition: `${name(column)} IS NOT NULL` },
  ]
}

/** Without the warnings of names whose values were found out, and with one finding per rule and column. */
export function withoutIdle(findings: readonly Finding[]): readonly Finding[] {
  const held = new Set(
    findings.flatMap(({ severity, column }) => (severity === 'quarantine' ? [column] : [])),
  )
  const seen = new Set<string>()
  return findings.filter((finding) => {
    if (!finding.rule.startsWith('identifier.')) return true
    if (finding.rule === 'identifier.column' && held.has(finding.column)) return false
    const what = `${finding.rule} ${finding.column}`
    const isFirst = !seen.has(what)
    seen.add(what)
    return isFirst
  })
}
