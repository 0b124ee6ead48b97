/**
 * Each clause is taken out in turn, and a case of policies/cases must notice: every rule, every part of a rule, every fact that a
 * rule looks at, every member of the permit. What is taken out is generated from the policies, the schema and the permit.
 */
import { readFileSync } from 'node:fs'
import {
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  policyToText,
} from '@cedar-policy/cedar-wasm/nodejs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Asked, openCedar } from '../services/habilitation/cedar.ts'
import { decide } from '../services/habilitation/decide.ts'
import type { Rulebook } from '../services/habilitation/decision.ts'
import type { CurrentPermit } from '../services/habilitation/permit.ts'
import { wordOf } from '../services/habilitation/query-cases.ts'
import type { NodeRulebook } from '../services/habilitation/rulebook.ts'
import { currentPermit, node, payload, person, policies, rulebook, today } from './habilitation/fixtures.ts'
import { cases, decided } from './policy-cases.ts'

const schema = readFileSync(`${policies}schema.cedarschema`, 'utf8')
const text = readFileSync(`${policies}query.cedar`, 'utf8')

let rules: NodeRulebook
beforeAll(async () => {
  rules = await rulebook()
})

type Deciding = Pick<Rulebook, 'decide'>

/** Titles of the cases that notice; a decision by another rule of the same code is noticed too. */
function noticing(mutant: Deciding): readonly string[] {
  return cases.flatMap((one) => {
    const [was, is] = [decided(rules, one), decided(mutant, one)]
    const same =
      wordOf(is) === wordOf(was) &&
      (is.effect === 'permit' || was.effect === 'permit' || is.rule === was.rule)
    return same ? [] : [one.title]
  })
}

let opened = 0
/** A rulebook of these rules; null when the schema does not let them in. */
function rulebookOf(texts: readonly string[]): Deciding | null {
  opened += 1
  try {
    const { persons } = rules
    const cedar = openCedar(`mutant-${opened}`, { schema, texts: [texts.join('\n')] })
    return { decide: (ask, current) => decide(ask, current, { cedar, bundle: 'mutant', node, persons }) }
  } catch {
    return null
  }
}

interface Part {
  readonly id: string
  readonly json: PolicyJson
  readonly text: string
}

function parts(): readonly Part[] {
  const split = policySetTextToParts(text)
  if (split.type === 'failure') throw new Error('the policies can be read')
  const found = split.policies.map((one) => {
    const read = policyToJson(one)
    if (read.type === 'failure') throw new Error('a policy can be read')
    return { id: read.json.annotations?.id ?? '', json: read.json, text: one }
  })
  // The order of the file is the order of precedence.
  const place = ({ id }: Part) => text.indexOf(`@id("${id}")`)
  return found.sort((a, b) => place(a) - place(b))
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }

type Weakened = readonly [what: string, expression: Json]

/** Every way to take one part out of an expression, or to move one bound. */
function weakened(value: Json): readonly Weakened[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) =>
      weakened(item).map(([what, other]): Weakened => [what, value.with(i, other)]),
    )
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...ownWeakenings(name, inner),
    ...weakened(inner).map(([what, other]): Weakened => [what, { ...value, [name]: other }]),
  ])
}

const bounds: Readonly<Record<string, string>> = { '<': '<=', '>=': '>', containsAll: 'containsAny' }

function ownWeakenings(name: string, inner: Json): readonly Weakened[] {
  if (name === 'Set' && Array.isArray(inner) && inner.length > 1) {
    return inner.map(
      (item, i): Weakened => [`without ${JSON.stringify(item)}`, { Set: inner.toSpliced(i, 1) }],
    )
  }
  if ((name === '||' || name === '&&') && isObject(inner)) {
    return [
      [`left of ${name} only`, inner.left ?? null],
      [`right of ${name} only`, inner.right ?? null],
    ]
  }
  const moved = bounds[name]
  return moved === undefined ? [] : [[`${moved} for ${name}`, { [moved]: inner }]]
}

function isObject(value: Json): value is { readonly [member: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(json: PolicyJson): string {
  const written = policyToText(json)
  if (written.type === 'failure') throw new Error('a mutant can be written')
  return written.text
}

/** Names of the mutants that no case notices. */
function unnoticed(
  mutants: readonly { readonly name: string; readonly rules: Deciding | null }[],
): readonly string[] {
  return mutants
    .filter(({ rules: mutant }) => mutant !== null && noticing(mutant).length === 0)
    .map(({ name }) => name)
}

describe('a case notices', () => {
  test('when nothing is taken out: nothing', () => {
    expect(unnoticed([{ name: 'the same', rules: rulebookOf(parts().map((part) => part.text)) }])).toEqual([
      'the same',
    ])
  })

  test('every rule that is taken out', () => {
    const all = parts()
    const mutants = all.map(({ id }) => ({
      name: id,
      rules: rulebookOf(all.filter((part) => part.id !== id).map((part) => part.text)),
    }))
    expect(mutants).toHaveLength(rules.policies.length)
    expect(unnoticed(mutants)).toEqual([])
  })

  test('every part of a rule that is taken out, and every bound that is moved', () => {
    const all = parts()
    const mutants = all.flatMap((part, i) =>
      weakened(part.json.conditions as unknown as Json).map(([what, conditions]) => {
        const mutant = textOf({ ...part.json, conditions: conditions as unknown as PolicyJson['conditions'] })
        const texts = all.map((one, at) => (at === i ? mutant : one.text))
        return { name: `${part.id}: ${what}`, rules: rulebookOf(texts) }
      }),
    )
    expect(mutants.length).toBeGreaterThan(25)
    // Whoever is listed may see the project too, and the prohibitions are there whatever the permission says: these two are said twice.
    expect(unnoticed(mutants)).toEqual(['no-habilitation: right of || only', 'query: right of && only'])
  })

  test('every fact that a rule no longer sees', () => {
    const cedar = openCedar('facts', { schema, texts: [text] })
    const granted = { by: person('alice'), now: today, datasets: ['pmsi-demo'] }
    const base: Asked[] = []
    const noted = (asked: Asked) => {
      base.push(asked)
      return cedar.ask(asked)
    }
    const noting = { ...cedar, ask: noted }
    decide(granted, currentPermit(), { cedar: noting, bundle: 'm', node, persons: rules.persons })
    const [seen] = base
    if (seen === undefined) throw new Error('Cedar was asked')
    const blind = (part: keyof Asked, name: string): Deciding => {
      const ask = (asked: Asked) =>
        cedar.ask({ ...asked, [part]: { ...asked[part], [name]: seen[part][name] } })
      return {
        decide: (given, current) =>
          decide(given, current, { cedar: { ...cedar, ask }, bundle: 'm', node, persons: rules.persons }),
      }
    }
    const facts = (['principal', 'resource', 'context'] as const).flatMap((part) =>
      Object.keys(seen[part]).map((name) => ({ name: `${part}.${name}`, rules: blind(part, name) })),
    )
    expect(facts.length).toBeGreaterThan(18)
    // A node has one name from its start to its end.
    expect(unnoticed(facts)).toEqual(['context.node'])
  })
})

/** Members that no rule of queries reads: they name, or they are executed by the room named. */
const elsewhere: Readonly<Record<string, string>> = {
  v: 'the form of the permit: habilitation/signature.ts',
  iss: 'habilitation/signature.ts',
  aud: 'habilitation/signature.ts',
  jti: 'names the version',
  iat: 'tells when',
  base: 'names the project',
  request: 'names the request',
  title: 'told to people',
  route: 'told to people; what the route asks for was checked before',
  kind: 'told to people; what the kind asks for was checked before',
  disclosure: 'habilitation/signature.ts takes one mode',
  conditions: 'told to people',
  policyHash: 'names the rules',
  'persons.profile': 'told to people',
  'lines.holder': 'names the holder',
  'lines.k': 'query: thresholdsOf',
  'lines.tables': 'dataset/sealing.ts: absent from the extract',
  'lines.holderAct': 'habilitation/grant.ts',
  'lines.holderJws': 'habilitation/permits.ts: a line without it is closed',
}

describe('a member of the permit', () => {
  /** The rules on a permit whose member is that of the granted one, whatever the case says. */
  const without = (member: string): Deciding => ({
    decide: (ask, current) =>
      rules.decide(
        ask,
        current && { ...current, permit: { ...current.permit, ...restored(member, current) } },
      ),
  })

  function restored(member: string, { permit }: CurrentPermit): object {
    const [name = '', inner] = member.split('.')
    if (inner === undefined) return { [name]: payload[name as keyof typeof payload] }
    const list = name as 'lines' | 'persons'
    const granted = payload[list] as readonly object[] as readonly Record<string, unknown>[]
    return { [name]: permit[list].map((item, i) => ({ ...item, [inner]: granted[i]?.[inner] })) }
  }

  test('is noticed when it no longer decides, or is executed elsewhere by name', () => {
    const inner = (['persons', 'lines'] as const).flatMap((list) =>
      Object.keys(payload[list][0] ?? {}).map((name) => `${list}.${name}`),
    )
    const members = [...Object.keys(payload), ...inner]
    const mutants = members.map((name) => ({ name, rules: without(name) }))
    expect(unnoticed(mutants)).toEqual(members.filter((name) => Object.hasOwn(elsewhere, name)))
  })
})
