/** What a check says of a deposit: a rule, a place and a count, never a value of the file. */
import type { Language } from '../kernel/text.ts'
import { say } from '../kernel/text.ts'
import type { UnreadableRule } from './inflate.ts'

/** Each rule has its sentence `finding.<rule>` in kernel/messages. */
export type Rule =
  | 'table.absent'
  | 'column.unknown'
  | 'column.absent'
  | 'column.repeated'
  | 'column.type'
  | 'encoding.control'
  | 'encoding.detected'
  | 'dialect'
  | UnreadableRule
  | 'format.compressed'
  | 'line.length'
  | 'ragged'
  | 'quote'
  | 'json'
  | 'fixed.layout'
  | 'fixed.length'
  | 'fhir.type'
  | 'fhir.unknown'
  | 'fhir.partial'
  | 'nul'
  | 'type'
  | 'required'
  | 'unique'
  | 'unit.missing'
  | 'unit.path'
  | 'foreign-key'
  | 'key.unit'
  | 'bounds'
  | 'identifier.nir'
  | 'identifier.email'
  | 'identifier.phone'
  | 'opt-out'
  | 'opt-out.key'
  | 'identifier.ins'
  | 'identifier.name'
  | 'identifier.address'
  | 'identifier.patient'
  | 'identifier.text'
  | 'identifier.column'
  | 'quasi-identifier'
  | 'validity'
  | 'order'
  | 'manifest.absent'
  | 'manifest.signature'
  | 'manifest.form'
  | 'manifest.member'
  | 'manifest.table'
  | 'contract.category'
  | 'contract.opt-outs'
  | 'sandbox.missing'
  | 'internal'

export interface Finding {
  /** `quarantine`: nothing is wrong with the form, but the file must not be published until somebody has looked. */
  readonly severity: 'error' | 'quarantine' | 'warning'
  readonly rule: Rule
  readonly table?: string
  readonly column?: string
  /** Physical line of the first case in the file as it was sent, from 1; a row number for formats without lines. */
  readonly line?: number
  /** Lines of the first cases, at most `linesKept` over a deposit. */
  readonly lines?: readonly number[]
  readonly count: number
  /** Names and numbers that the sentence needs: of the descriptor or of the dialect, never of the data. */
  readonly with?: Readonly<Record<string, string | number>>
}

/** The finding as the contract shows it (section 5). */
export interface ShownFinding {
  readonly severity: 'error' | 'warning'
  readonly rule: Rule
  readonly table?: string
  readonly column?: string
  readonly line?: number
  readonly lines?: readonly number[]
  readonly count: number
  readonly message: string
}

export function show(language: Language, finding: Finding): ShownFinding {
  const { with: facts, severity, ...rest } = finding
  const message = say(language, {
    key: `finding.${finding.rule}`,
    with: {
      table: finding.table ?? '',
      column: finding.column ?? '',
      line: finding.line ?? '',
      count: finding.count,
      ...facts,
    },
  })
  return { ...rest, severity: severity === 'warning' ? 'warning' : 'error', message }
}

export const findingHeads = [
  'severity',
  'rule',
  'table',
  'column',
  'line',
  'count',
  'message',
  'lines',
] as const

/** One row per finding, in the order of the heads: `line` is the first case, `lines` the next ones. */
export function findingRows(
  findings: readonly (Omit<ShownFinding, 'severity' | 'rule'> & {
    readonly severity: string
    readonly rule: string
  })[],
): readonly (readonly string[])[] {
  return findings.map(
    ({ severity, rule, table = '', column = '', line = '', count, message, lines = [] }) => [
      ...[severity, rule, table, column, String(line), String(count), message],
      lines.filter((one) => one !== line).join(' '),
    ],
  )
}

/** What becomes of a deposit: an error refuses it, a suspected identifier holds it, warnings let it pass. */
export function verdictOf(findings: readonly Finding[]): 'accepted' | 'quarantined' | 'refused' {
  if (findings.some((finding) => finding.severity === 'error')) return 'refused'
  if (findings.some((finding) => finding.severity === 'quarantine')) return 'quarantined'
  return 'accepted'
}
