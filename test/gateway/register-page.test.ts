/** The pages of the register: what they show, what they lead to, and that a text stays a text. */
import { describe, expect, test } from '@jest/globals'
import { pageSize, registerPage } from '../../services/gateway/register-page.ts'
import { requestPage } from '../../services/gateway/request-page.ts'
import type { RegisterEntry } from '../../services/review/register/register.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { registerEntry as entry } from '../review/register-entry.ts'

const { vocabularies } = await rulebook()

describe('the page of the register', () => {
  const shown = (all: readonly RegisterEntry[], change: object = {}) =>
    registerPage({
      ...{ language: 'en', vocabularies, filter: {}, page: 1, all, found: all },
      ...change,
    })
  const many = Array.from({ length: pageSize + 1 }, (_, i) => entry({ id: `D-2026-${i}` }))

  test('shows so many requests, and leads to the others with the same search', () => {
    const filter = { q: 'a&b "c"', state: undefined }
    const first = shown(many, { filter })
    expect(first.match(/<th scope="row">/g)).toHaveLength(pageSize)
    expect(first).toContain('href="/transparence?q=a%26b+%22c%22&amp;lang=en&amp;page=2"')
    expect(first).not.toContain('rel="prev"')
    const second = shown(many, { filter, page: 2 })
    expect(second.match(/<th scope="row">/g)).toHaveLength(1)
    expect(second).toContain('rel="prev"')
    expect(second).not.toContain('rel="next"')
  })

  test('says when nothing was sent, and when nothing matches', () => {
    expect(shown([])).toContain('No request has been sent yet.')
    expect(shown(many, { found: [] })).toContain('No request matches.')
  })

  test('and that of a request show texts as texts', () => {
    const hostile = '"><script>alert(1)</script>'
    const one = entry({
      ...{ title: hostile, summaryLay: hostile, aim: hostile, reasons: hostile, state: 'refused' },
      decision: { outcome: 'refused', at: '2026-01-02T10:00:00.000Z', conditions: [hostile] },
      versions: [
        {
          version: 1,
          sha256: 'ab',
          otherChanges: 2,
          changes: [{ path: 'title', added: [hostile], removed: [] }],
        },
      ],
      results: { dueAt: '2027-01-02T10:00:00.000Z', overdue: true },
      ...{ endedAt: '2026-06-02T10:00:00.000Z', certificate: 'cd'.repeat(32) },
    })
    const around = { language: 'fr', vocabularies } as const
    for (const page of [shown([one], { filter: { q: hostile, theme: hostile } }), requestPage(one, around)]) {
      expect(page).not.toContain('<script')
      expect(page).toContain('&quot;&gt;&lt;script&gt;')
    }
    const page = requestPage(one, around)
    expect(page).toContain('<strong>Résultats en retard</strong>')
    expect(page).toContain('Clauses modifiées qui ne sont pas publiques : 2')
    expect(page).toContain('<td>11-100</td><td>1-10</td>')
    expect(page).toContain('cd'.repeat(32))
  })
})
