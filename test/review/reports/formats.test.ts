/** One small report in every format, letter by letter. */
import { expect, test } from '@jest/globals'
import { rendered } from '../../../services/review/reports/render.ts'
import { type Report, type Section, toCompleteOf } from '../../../services/review/reports/report.ts'

const sections: readonly Section[] = [
  { key: 'organisation', fields: { node: 'FR-NOR', contact: null } },
  {
    key: 'refusals',
    columns: ['title', 'reasons'],
    rows: [
      ['=cmd|calc', 'A "b"; <script>\n*c*'],
      ['Plain', null],
    ],
  },
  { key: 'uses', columns: ['entry'], rows: [] },
]
const report: Report = {
  ...{ report: 'biennial', node: 'FR-NOR', from: '2026-01-01', until: '2026-12-31' },
  asOf: '2026-12-31T22:59:59.999Z',
  log: { origin: 'huisclos.demo/audit/2026', size: 7, since: '2026-01-02' },
  sections,
  toComplete: toCompleteOf(sections),
}
const text = async (format: 'json' | 'csv' | 'md' | 'html', language: 'fr' | 'en' = 'en') =>
  Buffer.from(await rendered(report, format, language)).toString()

test('what is to be completed is counted by its place', () => {
  expect(report.toComplete).toEqual([
    { path: 'organisation.contact', cells: 1 },
    { path: 'refusals.reasons', cells: 1 },
  ])
})

test('JSON is the report as it is, null where nothing is known', async () => {
  expect(JSON.parse(await text('json'))).toEqual(report)
})

test('CSV has a cell a line, and no cell that runs', async () => {
  expect(await text('csv')).toBe(
    [
      '\uFEFFSection;Row;Item;Value',
      'Organisation;1;Node;FR-NOR',
      'Organisation;1;Contact;to be completed',
      "Refusals and their reasons;1;Title;'=cmd|calc",
      'Refusals and their reasons;1;Reasons;"A ""b""; <script>\n*c*"',
      'Refusals and their reasons;2;Title;Plain',
      'Refusals and their reasons;2;Reasons;to be completed',
      '',
    ].join('\r\n'),
  )
})

test('Markdown has a table a section, and no text that is more than text', async () => {
  expect(await text('md')).toBe(`# Biennial report of the access body (EHDS, article 59)

- Node : FR-NOR
- Period, days of Paris, both included : 2026-01-01 → 2026-12-31
- State as of (UTC) : 2026-12-31T22:59:59.999Z
- Evidence log: origin, entries, first day still held : huisclos.demo/audit/2026, 7 (2026-01-02 →)

## Organisation

| Item | Value |
| --- | --- |
| Node | FR-NOR |
| Contact | **to be completed** |

## Refusals and their reasons

| Title | Reasons |
| --- | --- |
| =cmd\\|calc | A "b"; \\<script\\> \\*c\\* |
| Plain | **to be completed** |

## Questions asked of its data

Nothing in the period.

## To be completed by hand

- Organisation, Contact (1)
- Refusals and their reasons, Reasons (1)
`)
})

test('a page stands alone, in its language, without script', async () => {
  const page = await text('html', 'fr')
  expect(page.split('\n').slice(0, 3)).toEqual([
    '<!doctype html>',
    '<html lang="fr">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
  ])
  expect(page).toContain('<td>A &quot;b&quot;; &lt;script&gt;\n*c*</td>')
  expect(page).toContain('<td>Plain</td><td><mark>à compléter</mark></td>')
  expect(page).toContain('<h2>Questions posées à ses données</h2><p>Rien dans la période.</p>')
  expect(page).not.toMatch(/<script|src=|href=|url\(/)
})

test('a workbook is a file of that kind', async () => {
  const bytes = Buffer.from(await rendered(report, 'xlsx', 'fr'))
  expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
})
