/**
 * Each fact of each entry is changed in turn, and a case of the bundle must notice: a word, a number, a list, a member. What is
 * changed is generated from the files themselves, so that a new entry is held like the others.
 */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { isHeld, playVocabulary } from '../services/habilitation/cases.ts'
import { disclosure } from '../services/habilitation/parameters.ts'
import { type OpenRulebook, readPolicy } from '../services/habilitation/rulebook.ts'
import { type VocabularyName, vocabularyFiles, vocabularyNames } from '../services/habilitation/vocabulary.ts'
import { playParameters } from '../services/query/parameter-cases.ts'
import { rulebook } from './habilitation/fixtures.ts'
import { base } from './policy-cases.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }
type Mutant = readonly [what: string, value: Json]

/** Every way to change one thing of a value. */
function mutants(value: Json): readonly Mutant[] {
  if (typeof value === 'boolean') return [['turned', !value]]
  if (typeof value === 'number')
    return [
      ['one more', value + 1],
      ['one less', value - 1],
    ]
  if (typeof value === 'string') return [['another word', words[value] ?? `${value}-x`]]
  if (Array.isArray(value)) {
    const without = value.map((item, i): Mutant => [`without ${JSON.stringify(item)}`, value.toSpliced(i, 1)])
    return without
  }
  if (value === null) return []
  return Object.entries(value).flatMap(([name, inner]): Mutant[] => {
    const { [name]: _, ...rest } = value as Record<string, Json>
    const inside = mutants(inner).map(
      ([what, other]): Mutant => [`${name}: ${what}`, { ...value, [name]: other }],
    )
    return [[`without ${name}`, rest], ...inside]
  })
}

/** A word of the same closed list: a word that nobody knows would be noticed by the form alone. */
const words: Readonly<Record<string, string>> = {
  snds: 'ehds',
  ehds: 'snds',
  any: 'snds',
  yes: 'no',
  no: 'yes',
  'by-status': 'no',
  partnership: 'no',
  favourable: 'favourable-or-conditions',
  'favourable-or-conditions': 'favourable',
  countersign: 'acknowledge',
  acknowledge: 'countersign',
  seconds: 'days',
  days: 'workingDays',
  workingDays: 'days',
  months: 'days',
  register: 'x',
}

/** Facts that no case can show, and what executes them. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/^organisations .* call: /, 'nothing yet: there is no call for projects'],
  [/^routes EHDS_PERMIT (without )?holderAct/, 'habilitation/grant.ts: the line says so'],
  [/^routes EHDS_REQUEST (?!.*offered)/, 'nothing: the route is not offered'],
]

/** Whether the form refuses the file, or a case no longer holds. */
function isNoticed(name: VocabularyName, changed: unknown): boolean {
  const read = vocabularyFiles[name].safeParse(changed)
  if (!read.success) return true
  const vocabularies = { ...rules.vocabularies, [name]: read.data }
  const holds = (one: VocabularyName) => playVocabulary(one, vocabularies, base).every(isHeld)
  return !holds(name) || !vocabularyNames.every(holds)
}

describe('a case notices', () => {
  test.each(vocabularyNames)('every fact of %s that is changed', (name) => {
    const entries = rules.vocabularies[name] as unknown as readonly { code: string; facts?: Json }[]
    const unnoticed = entries.flatMap((entry, i) =>
      mutants(entry.facts ?? {}).flatMap(([what, facts]) =>
        isNoticed(name, entries.with(i, { ...entry, facts })) ? [] : [`${name} ${entry.code} ${what}`],
      ),
    )
    expect(unnoticed.filter((one) => !elsewhere.some(([known]) => known.test(one)))).toEqual([])
  })

  const ending = ['purposes-snds', 'purposes-ehds', 'routes', 'organisations', 'quasi-identifiers'] as const
  test.each(ending)('every code of %s that has ended', (name) => {
    const entries: readonly { readonly code: string; readonly until: string | null }[] =
      rules.vocabularies[name]
    const unnoticed = entries.filter((entry, i) => {
      const ended = entries.with(i, { ...entry, until: '2026-01-02' })
      return !isNoticed(name, ended)
    })
    // A route that is not offered cannot end.
    expect(unnoticed.map(({ code }) => code)).toEqual(name === 'routes' ? ['EHDS_REQUEST'] : [])
  })

  test('every number of the disclosure control that is moved', () => {
    const written = readPolicy(rules.files, 'disclosure.json', disclosure)
    const { plan: _, ...numbers } = written.values
    // Two shares of nine tenths leave a tenth to the others: a softer rule of p % says nothing more.
    const implied = ['p: less']
    const unnoticed = moved(numbers).flatMap(([what, values]) => {
      const played = playParameters({ ...written, values: { ...written.values, ...(values as object) } })
      return played.every(isHeld) ? [what] : []
    })
    expect(unnoticed).toEqual(implied)
  })
})

/** Each number a little more and a little less. */
function moved(value: Json): readonly Mutant[] {
  if (typeof value === 'number') {
    const step = Number.isInteger(value) ? 1 : 0.1
    return [
      ['more', value + step],
      ['less', value - step],
    ]
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    moved(inner).map(([what, other]): Mutant => [`${name}: ${what}`, { ...value, [name]: other }]),
  )
}
