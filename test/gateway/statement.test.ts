/** The accessibility statement: what it says of a trial, good or bad, and of none. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { rateOf, type StatementFacts, statementFacts } from '../../services/gateway/help/statement-facts.ts'
import { statementPage } from '../../services/gateway/help/statement-page.ts'

const met = { met: 4, broken: 0, undecided: 0 }
const facts: StatementFacts = {
  ...{ testedAt: '2026-11-22', axe: '4.13.0', absent: ['/inbox'] },
  criteria: [
    { criterion: '1.1', ...met },
    { criterion: '3.2', met: 3, broken: 1, undecided: 0 },
    { criterion: '8.5', ...met },
    { criterion: '9.1', met: 0, broken: 0, undecided: 4 },
  ],
  visits: [
    { page: '/help', language: 'fr', theme: 'light', passes: 30, violations: [], incomplete: [] },
    {
      ...{ page: '/help', language: 'fr', theme: 'dark', passes: 29 },
      ...{ violations: ['<b>color-contrast</b>'], incomplete: [] },
    },
  ],
}

describe('the rate', () => {
  test('is of the criteria that could be decided, and never rounded up', () => {
    expect(rateOf(facts)).toBe(66)
    expect(rateOf({ criteria: [{ criterion: '9.1', met: 0, broken: 0, undecided: 4 }] })).toBeNull()
  })

  test('falls by one page that breaks a criterion that others meet', () => {
    expect(rateOf({ criteria: [{ criterion: '3.2', met: 99, broken: 1, undecided: 0 }] })).toBe(0)
  })
})

describe('the statement', () => {
  test('says date, rate, each fault with its page, and what was not there to be tried', () => {
    const page = statementPage('fr', facts)
    expect(page).toContain('66 % des 3 critères')
    expect(page).toContain('22 novembre 2026')
    expect(page).toContain('<code>/help</code> (fr, dark) : &lt;b&gt;color-contrast&lt;/b&gt;')
    expect(page).toContain('<code>/inbox</code>')
    expect(page).toContain(
      '<th scope="row">3.2</th><td class="number">3</td><td class="number"><strong>1</strong>',
    )
    expect(page).not.toContain('Aucune par les essais automatiques')
  })

  test('is called not conforming as long as nobody has audited it, whatever the rate', () => {
    expect(statementPage('fr', { ...facts, criteria: [{ criterion: '1.1', ...met }] })).toContain(
      'non conformes',
    )
    expect(statementPage('en', null)).toContain('not conforming')
  })

  test('says when nothing was tried', () => {
    expect(statementPage('en', null)).toContain('The automatic trials were not run for this version.')
    expect(statementPage('en', null)).toContain('Défenseur des droits')
  })

  test('is made of a file that the trial writes in the form that is read', () => {
    const text = readFileSync(new URL('../../docs/accessibility.json', import.meta.url), 'utf8')
    expect(statementFacts.parse(JSON.parse(text)).visits.length).toBeGreaterThan(0)
  })
})
