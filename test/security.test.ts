/** What SECURITY.md says of threats and invariants, held to the tests that there are, in both languages alike. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { citationFault } from './titles.ts'

interface Line {
  readonly id: string
  readonly tests: readonly string[]
  /** Whether the line says what is missing. */
  readonly lacks: boolean
}

const languages = [
  ['SECURITY.md', 'not held yet: '],
  ['SECURITY.fr.md', 'pas encore tenu : '],
] as const

/** The rows of the tables whose last column says what holds them: falls, threats and invariants, each by its number. */
function linesOf(text: string, lacking: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const id = cells[1] ?? ''
    const held = cells.at(-2) ?? ''
    if (!/^[FI]?\d+$/.test(id)) return []
    const tests = [...held.matchAll(/`([^`]+)`/g)].map(([, citation = '']) => citation.replaceAll('\\|', '|'))
    return [{ id, tests, lacks: held.includes(lacking) }]
  })
}

const faultsOf = (lines: readonly Line[]): string[] =>
  lines.flatMap(({ id, tests, lacks }) => [
    ...(tests.length === 0 && !lacks ? [`${id}: nothing holds it, and nothing says so`] : []),
    ...tests.flatMap((citation) => {
      const fault = citationFault(citation)
      return fault === undefined ? [] : [`${id}: ${citation}: ${fault}`]
    }),
  ])

const pages = languages.map(([file, lacking]) =>
  linesOf(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'), lacking),
)

describe('the falls, threats and invariants of SECURITY.md', () => {
  test('are all there, in their order', () => {
    const ids = (count: number, letter = '') => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
    const all = [...ids(6, 'F'), ...ids(38), ...ids(12, 'I')]
    for (const lines of pages) expect(lines.map(({ id }) => id)).toEqual(all)
  })

  test('name tests that are there, or say what is missing', () => {
    expect(faultsOf(pages[0] ?? [])).toEqual([])
  })

  test('say the same in both languages', () => {
    expect(pages[1]).toEqual(pages[0])
  })
})

test.each([
  [
    '| 1 | R | a | b | `test/authorisation/matrix.test.ts › %s answers as it declared` |',
    'the file has no such test',
  ],
  ['| 1 | R | a | b | `test/root.test.ts › %s is 401` |', 'the file is not there'],
  ['| 1 | R | a | b | `services/main.ts › main` |', 'names no file of tests'],
  ['| 1 | R | a | b | `policies/cases/query.json › deux secteurs` |', 'the file has no such test'],
  ['| I1 | a | somebody will see to it |', 'nothing holds it, and nothing says so'],
])('a line that claims too much is reported: %s', (line, fault) => {
  expect(faultsOf(linesOf(line, 'not held yet: '))).toEqual([expect.stringContaining(fault)])
})

test('a test is named with its groups or alone, and a group is no test', () => {
  for (const title of ['%s is 401', 'without a token › %s is 401'])
    expect(citationFault(`test/authorisation/matrix.test.ts › ${title}`)).toBeUndefined()
  expect(citationFault('test/authorisation/matrix.test.ts › without a token')).toBe(
    'the file has no such test',
  )
  expect(citationFault('test/authorisation/matrix.test.ts › each role, on its own › %s is 401')).toBe(
    'the file has no such test',
  )
})
