/** A rulebook that is not right does not open, and a rule that cannot be evaluated refuses. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openCedar } from '../../services/habilitation/cedar.ts'
import { decide } from '../../services/habilitation/decide.ts'
import { openRulebook } from '../../services/habilitation/rulebook.ts'
import { currentPermit, node, person, policies, today } from './fixtures.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-policies-'))
  await cp(policies, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(folder, path)
  await writeFile(file, change(await readFile(file, 'utf8')))
}

const open = () => openRulebook(folder, { node })

describe('a rulebook', () => {
  test('has the hash of its content, whatever its folder, and another after one changed word', async () => {
    const before = await open()
    expect((await openRulebook(policies, { node })).sha256).toBe(before.sha256)
    await edit('disclosure.json', (text) => text.replace('0.9', '0.85'))
    expect((await open()).sha256).not.toBe(before.sha256)
  })

  const edits: (readonly [string, string, (text: string) => string, RegExp])[] = [
    [
      'a rule without reason',
      'query.cedar',
      (text) => text.replace(/@raison\(".*"\)\n/, ''),
      /no-habilitation/,
    ],
    ['a refusal that nobody knows', 'query.cedar', (text) => text.replace('"EXPIRED"', '"ENDED"'), /expired/],
    [
      'a rule that the schema contradicts',
      'query.cedar',
      (text) => text.replace('principal.listed ||', 'principal.zork ||'),
      /zork/,
    ],
    [
      'two rules of one name',
      'query.cedar',
      (text) => text.replace('@id("revoked")', '@id("suspended")'),
      /same id/,
    ],
    ['a rule without name', 'query.cedar', (text) => text.replace('@id("revoked")\n', ''), /no @id/],
    ['a text that is no rule', 'query.cedar', () => 'permit everything', /policies/],
    ['a threshold below eleven', 'disclosure.json', (text) => text.replace('11', '10'), /disclosure\.json/],
    [
      'a source without mark',
      'vocabulary/routes.json',
      (text) => text.replace('"verified"', '"sure"'),
      /routes/,
    ],
    [
      'a code used twice',
      'vocabulary/purposes-snds.json',
      (text) => text.replace('"code": "SNDS-III-2"', '"code": "SNDS-III-1"'),
      /twice/,
    ],
    [
      'an unknown member',
      'vocabulary/organisations.json',
      (text) => text.replace('"fr":', '"de": "x", "fr":'),
      /organisations/,
    ],
  ]
  const roles = 'vocabulary/roles.json'
  edits.push(
    [
      'rules that nobody may change',
      roles,
      (text) => text.replaceAll('["propose", "approve"]', '[]'),
      /propose/,
    ],
    [
      'a person who may do what the house alone does',
      roles,
      (text) => text.replace('"closure": [', '"shredding": ["closing"], "closure": ['),
      /operator may not shredding/,
    ],
  )
  test.each(edits)('with %s does not open', async (...[, path, change, told]) => {
    await edit(path, change)
    await expect(open()).rejects.toThrow(told)
  })

  test('with a file that is not named as a policy is does not open', async () => {
    await writeFile(join(folder, 'query.cedar~'), 'permit (principal, action, resource);')
    await expect(open()).rejects.toThrow(/policies/)
  })

  test('without one of its files does not open', async () => {
    await rm(join(folder, 'vocabulary/routes.json'))
    await expect(open()).rejects.toThrow('vocabulary/routes.json is missing')
  })
})

describe('Cedar', () => {
  const schema = `
    entity Person = { level: Long };
    entity Project = {};
    action query appliesTo { principal: Person, resource: Project, context: { now: Long } };`
  const rule = (id: string, text: string) => `@id("${id}") @code("EXPIRED")\n${text}`
  const allow = rule('all', 'permit (principal, action, resource);')

  test('a prohibition that cannot be evaluated is a deny, where Cedar itself would skip it', () => {
    const overflow = rule(
      'sum',
      'forbid (principal, action, resource) when { principal.level + 9223372036854775807 < context.now };',
    )
    const cedar = openCedar('test-overflow', { schema, texts: [allow + overflow] })
    const answer = cedar.ask({ principal: { level: 2 }, resource: {}, context: { now: 1 } })
    expect(answer).toEqual({ effect: 'deny', rules: ['all'], failed: true })
  })

  test('facts that the schema does not know are a deny', () => {
    const cedar = openCedar('test-facts', { schema, texts: [allow] })
    const ask = (level: number, now: number) =>
      cedar.ask({ principal: { level }, resource: {}, context: { now } })
    expect(ask(2, 1).effect).toBe('permit')
    expect(ask(2, 1.5)).toEqual({ effect: 'deny', rules: [], failed: true })
    expect(cedar.ask({ principal: {}, resource: {}, context: { now: 1 } })).toMatchObject({
      effect: 'deny',
      failed: true,
    })
  })

  test('what no rule permits is refused, and told as a permit that does not hold', () => {
    const cedar = openCedar('test-nothing', {
      schema: `
        entity Person = { listed: Bool, viewer: Bool, suspended: Bool, proofs: Set<String>, level: Long };
        entity Project = {
          state: String, version: Long, currentVersion: Long, nodes: Set<String>, purposes: Set<String>,
          objectives: Set<String>, openDatasets: Set<String>, suspendedDatasets: Set<String>
        };
        action query appliesTo { principal: Person, resource: Project, context: {
          now: Long, from: Long, until: Long, node: String, purpose: String, objective?: String, datasets: Set<String>
        } };`,
      texts: [rule('never', 'permit (principal, action, resource) when { principal.level > 3 };')],
    })
    const rules = { cedar, bundle: 'b', node }
    expect(decide({ by: person('alice'), now: today }, currentPermit(), rules)).toMatchObject({
      effect: 'deny',
      code: 'PERMIT_INVALID',
      rule: 'default-deny',
    })
  })

  test('a decision on facts that cannot be weighed is no, and says so to the log', async () => {
    const rules = await open()
    const decision = rules.decide({ by: person('alice'), now: 0.5 }, currentPermit())
    expect(decision).toMatchObject({ effect: 'deny', code: 'PERMIT_INVALID', rule: 'rule-failed' })
  })
})
