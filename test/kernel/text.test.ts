import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type Code, Refusal, refusals } from '../../services/kernel/refusal.ts'
import { explain, say } from '../../services/kernel/text.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const fr: Record<string, string> = JSON.parse(read('services/kernel/messages/fr.json'))
const en: Record<string, string> = JSON.parse(read('services/kernel/messages/en.json'))
const codes = Object.keys(refusals) as Code[]
const names = (pattern: string) => [...pattern.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()

describe('the two catalogues', () => {
  test('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort())
  })

  test.each(Object.keys(fr))('fill in the same names in %s', (key) => {
    expect(names(en[key] ?? '')).toEqual(names(fr[key] ?? ''))
  })
})

test.each(codes)(
  '%s has title, detail and hint in both languages, and a section in docs/errors.md',
  (code) => {
    for (const language of ['fr', 'en'] as const) {
      const { title, detail, hint } = explain(language, new Refusal(code))
      expect([title, detail, hint].every((sentence) => sentence.length > 3)).toBe(true)
    }
    expect(read('docs/errors.md')).toContain(`\n### ${code}\n`)
  },
)

test('docs/errors.md has no section of a code that does not exist', () => {
  const sections = [...read('docs/errors.md').matchAll(/^### ([A-Z_]+)$/gm)].map((match) => match[1])
  expect([...sections].sort()).toEqual([...codes].sort())
})

test('a key that no catalogue has is a bug', () => {
  expect(() => say('fr', { key: 'no.such.sentence' })).toThrow('no sentence')
})
