/** The label of a version as lines: bands for everybody, shares for its holder. Pure. */
import type { HolderQuality, PublicQuality } from '../dataset/quality/label.ts'
import { tableLines } from './table.ts'

const columnsOf = (names: readonly string[]) => names.map((name) => ({ name, type: 'VARCHAR' }))
const shown = (figure: string | number | null | undefined) =>
  figure === null || figure === undefined ? '—' : typeof figure === 'number' ? percent(figure) : `${figure} %`
/** Rounded down, as the share itself: 100 % is all. */
const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`

function headLines(quality: HolderQuality | PublicQuality): readonly string[] {
  const { coverage, timeliness } = quality
  const period = coverage.from === null ? '—' : `${coverage.from} → ${coverage.until}`
  return [
    `complétude / completeness: ${shown(quality.completeness)} · validité / validity: ${shown(quality.validity)} · cohérence / coherence: ${shown(quality.coherence)}`,
    `période / period: ${period} · départements / departments: ${coverage.departments ?? '—'} · personnes / persons: ${coverage.persons}`,
    `mois jusqu’au dépôt / months to deposit: ${timeliness.monthsToDeposit ?? '—'}`,
  ]
}

/** What anybody reads of a dataset. */
export function publicLines(quality: PublicQuality): readonly string[] {
  const rows = quality.columns.map(({ table, column, completeness, tag }) => [
    table,
    column,
    shown(completeness),
    tag?.code ?? '',
  ])
  const columns = columnsOf(['table', 'column', 'complete', 'tag'])
  return [...headLines(quality), '', ...tableLines({ columns, rows, suppressed: [], k: 0 })]
}

type Column = HolderQuality['tables'][number]['columns'][number]

/** A proposal is a question. */
function tagText(tag: Column['tag']): string {
  return tag === undefined ? '' : `${tag.code}${tag.source === 'proposed' ? ' ?' : ''}`
}

function driftTexts(drift: Column['drift']): readonly string[] {
  if (drift === undefined) return ['—', '—']
  const codes = drift.newCodes === undefined ? '—' : `+${drift.newCodes} −${drift.lostCodes}`
  return [shown(drift.distribution ?? drift.completeness), codes]
}

/** What the holder reads of a deposit. */
export function holderLines(quality: HolderQuality): readonly string[] {
  const rows = quality.tables.flatMap((table) =>
    table.columns.map(({ name, completeness, validity, tag, drift }) => [
      table.name,
      name,
      shown(completeness),
      shown(validity),
      tagText(tag),
      ...driftTexts(drift),
    ]),
  )
  const columns = columnsOf(['table', 'column', 'complete', 'valid', 'tag', 'drift', 'codes'])
  const risks = quality.tables.flatMap(({ name, uniqueness, risk }) => [
    `${name}: unicité / uniqueness ${shown(uniqueness)}${risk === undefined ? '' : ` · sous / below k=${quality.k}: ${risk.belowK} % (${risk.columns.join(', ')})`}`,
  ])
  return [...headLines(quality), ...risks, '', ...tableLines({ columns, rows, suppressed: [], k: 0 })]
}
