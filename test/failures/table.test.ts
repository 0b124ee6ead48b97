/** The table of failures: each cell has its test, and the pages of the operators say what it says. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { failuresPage } from '../../infra/failures-page.ts'
import { citationFault } from '../titles.ts'
import { type Cell, conditions, type Dependency } from './cell.ts'
import { table } from './table.ts'

/** Cells without a test, by dependency and condition. */
function untested(dependencies: Readonly<Record<string, Dependency>>): string[] {
  return Object.entries(dependencies).flatMap(([name, { cells }]) =>
    conditions.flatMap((condition) => {
      const fault = citationFault(cells[condition].test)
      return fault === undefined ? [] : [`${name} ${condition}: ${fault}`]
    }),
  )
}

test('each cell has its test', () => {
  expect(untested(table)).toEqual([])
})

test('a cell whose test is gone is found', () => {
  const change = (cell: Cell): Cell => ({ ...cell, test: `${cell.test} no more` })
  const { cells } = table.disk
  const disk = { ...table.disk, cells: { ...cells, slow: change(cells.slow) } }
  expect(untested({ disk })).toEqual(['disk slow: the file has no such test'])
})

test('each cell is closed or as usual, and is well again', () => {
  const cells = Object.values(table).flatMap(({ cells: all }) =>
    conditions.map((condition) => all[condition]),
  )
  for (const { expected } of cells) {
    expect([200, 401, 403, 503, null]).toContain(expected.status)
    expect(expected.isBack).toBe(true)
  }
})

test.each(['en', 'fr'] as const)(
  'the page of the operators in %s is that of the table: npm run generate',
  (language) => {
    const name = language === 'en' ? 'failures.md' : `failures.${language}.md`
    const written = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
    expect(written).toBe(failuresPage(language))
  },
)
