/** A report as a file to read or to compute on. The same cells in every format; what is to be completed is said so. */
import { escaped } from '../../kernel/markup.ts'
import type { Language } from '../../kernel/text.ts'
import { csvOf } from '../csv.ts'
import { makeWorkbook, type Sheet } from '../workbook.ts'
import { type Word, wordsOf } from './facts.ts'
import type { Cell, Report, Section } from './report.ts'

/** Media types by format. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
} as const
export type Format = keyof typeof formats
export const formatNames = Object.keys(formats) as [Format, ...Format[]]

export async function rendered(report: Report, format: Format, language: Language): Promise<Uint8Array> {
  const word = wordsOf(language)
  switch (format) {
    case 'json':
      return Buffer.from(`${JSON.stringify(report, null, 1)}\n`)
    case 'csv':
      return csvOf(sheetOf(report, word))
    case 'xlsx':
      return makeWorkbook(sheetOf(report, word))
    case 'md':
      return Buffer.from(markdown(report, word))
    case 'html':
      return Buffer.from(page(report, word, language))
  }
}

/** One cell a row: sections of different widths stay one table, which a spreadsheet filters. */
function sheetOf(report: Report, word: Word): Sheet {
  const rows = report.sections.flatMap((section) => {
    const title = word(`section.${section.key}`)
    if ('fields' in section) {
      return Object.entries(section.fields).map(([name, cell]) => [
        title,
        1,
        ...labelledCell(name, cell, word),
      ])
    }
    return section.rows.flatMap((row, i) =>
      row.map((cell, j) => [title, i + 1, ...labelledCell(section.columns[j] ?? '', cell, word)]),
    )
  })
  return {
    name: word('sheet'),
    header: ['section', 'row', 'label', 'value'].map((head) => word(`head.${head}`)),
    rows,
  }
}

function labelledCell(key: string, cell: Cell, word: Word): readonly [string, string | number] {
  return [word(`label.${key}`), cell ?? word('to-complete')]
}

/** Title and what it was made from, as pairs of label and text. */
function headOf(report: Report, word: Word): readonly (readonly [label: string, text: string])[] {
  const { node, from, until, asOf, log } = report
  return [
    [word('label.node'), node],
    [word('head.period'), `${from} → ${until}`],
    [word('head.as-of'), asOf],
    [word('head.log'), `${log.origin}, ${log.size} (${log.since} →)`],
  ]
}

function completing({ toComplete }: Report, word: Word): readonly string[] {
  if (toComplete.length === 0) return [word('nothing-to-complete')]
  return toComplete.map(({ path, cells }) => {
    const [section = '', name = ''] = path.split('.')
    return `${word(`section.${section}`)}, ${word(`label.${name}`)} (${cells})`
  })
}

function markdown(report: Report, word: Word): string {
  const lines = [
    `# ${word(`title.${report.report}`)}`,
    '',
    ...headOf(report, word).map(([label, text]) => `- ${label} : ${inMarkdown(text)}`),
    ...report.sections.flatMap((section) => [
      '',
      `## ${word(`section.${section.key}`)}`,
      '',
      ...tableIn(section, word),
    ]),
    '',
    `## ${word('head.to-complete')}`,
    '',
    ...completing(report, word).map((line) => `- ${inMarkdown(line)}`),
    '',
  ]
  return lines.join('\n')
}

function tableIn(section: Section, word: Word): readonly string[] {
  const { heads, rows } = gridOf(section, word)
  if (rows.length === 0) return [word('none')]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(heads),
    line(heads.map(() => '---')),
    ...rows.map((row) =>
      line(row.map((cell) => (cell === null ? `**${word('to-complete')}**` : inMarkdown(String(cell))))),
    ),
  ]
}

function gridOf(
  section: Section,
  word: Word,
): { heads: readonly string[]; rows: readonly (readonly Cell[])[] } {
  if ('fields' in section) {
    const rows = Object.entries(section.fields).map(([name, cell]) => [word(`label.${name}`), cell])
    return { heads: [word('head.label'), word('head.value')], rows }
  }
  return { heads: section.columns.map((name) => word(`label.${name}`)), rows: section.rows }
}

/** Text that changes nothing of the page around it: no table, no link, no tag. */
function inMarkdown(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`)
}

/** A page that stands alone, to be kept, printed or sent: no script, nothing from elsewhere. */
function page(report: Report, word: Word, language: Language): string {
  const title = word(`title.${report.report}`)
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(title)}</title>`,
    '<style>',
    'body{font:1rem/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem;color:#1c2321}',
    'div{overflow-x:auto}table{border-collapse:collapse}',
    'th,td{border:1px solid #c9d1cc;padding:.3rem .6rem;text-align:left;vertical-align:top}',
    'mark{background:#ffe9b8}',
    '</style></head><body>',
    `<h1>${escaped(title)}</h1>`,
    `<ul>${headOf(report, word)
      .map(([label, text]) => `<li>${escaped(`${label} : ${text}`)}</li>`)
      .join('')}</ul>`,
    ...report.sections.map((section) => sectionPage(section, word)),
    `<h2>${escaped(word('head.to-complete'))}</h2>`,
    `<ul>${completing(report, word)
      .map((line) => `<li>${escaped(line)}</li>`)
      .join('')}</ul>`,
    '</body></html>',
    '',
  ].join('\n')
}

function sectionPage(section: Section, word: Word): string {
  const { heads, rows } = gridOf(section, word)
  const title = `<h2>${escaped(word(`section.${section.key}`))}</h2>`
  if (rows.length === 0) return `${title}<p>${escaped(word('none'))}</p>`
  const cell = (one: Cell) =>
    one === null
      ? `<td><mark>${escaped(word('to-complete'))}</mark></td>`
      : `<td>${escaped(String(one))}</td>`
  const head = heads.map((one) => `<th scope="col">${escaped(one)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')
  return `${title}<div><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}
