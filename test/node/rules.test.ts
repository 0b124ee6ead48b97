/** Whether a start may put the rules that it finds in force, on a real log and a real register. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Kept, openKept } from '../../services/audit/kept.ts'
import type { PolicyFile } from '../../services/habilitation/bundle.ts'
import {
  approvePolicies,
  type PolicyNeeds,
  proposePolicies,
} from '../../services/habilitation/policy-change.ts'
import { openPolicyRegister, type PolicyRegister } from '../../services/habilitation/policy-register.ts'
import type { NodeRulebook } from '../../services/habilitation/rulebook.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { StartError } from '../../services/node/listening.ts'
import { admitRules, insistOnRetention, openRules } from '../../services/node/rules.ts'
import { node, person, policies } from '../habilitation/fixtures.ts'
import { useLoggedHouse } from '../review/house.ts'

const house = useLoggedHouse()
let folder = ''
let kept: Kept
let register: PolicyRegister
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-rules-'))
  await cp(policies, folder, { recursive: true })
  kept = openKept(house.home.home)
  register = openPolicyRegister(house.store)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Another reason of one rule: a bundle with another hash. */
async function reworded(word: string): Promise<NodeRulebook> {
  const file = join(folder, 'query.cedar')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/@titre\("[^"]*"\)/, `@titre("${word}")`))
  return openRules(folder, node)
}

/** A start as far as the rules: what it would record is recorded. */
async function start(rules: NodeRulebook, isProduction = true) {
  const { audit, auditIndex } = house
  const admitted = await admitRules({ rules, audit, auditIndex, kept, register, isProduction })
  for (const { body, sealed } of admitted.entries) await audit.append(body, { sealed })
  return admitted
}

const needs = (rulebook: NodeRulebook): PolicyNeeds => {
  const { audit, home } = house
  return { audit, clock: home.clock, kept, register, rulebook }
}

function propose(inForce: NodeRulebook, { files }: NodeRulebook, who = 'claire') {
  const proposed = { files: files.files, reason: 'Une raison.', faults: () => [] }
  return proposePolicies(needs(inForce), person(who), proposed)
}

const approve = (inForce: NodeRulebook, { sha256 }: NodeRulebook, who = 'nadia') =>
  approvePolicies(needs(inForce), person(who), sha256)

/** What was recorded since the test began. */
let recorded: { readonly type: string }[] = []
beforeEach(() => {
  recorded = []
  const { audit } = house
  const append = audit.append.bind(audit)
  audit.append = (body, about) => {
    recorded.push(body)
    return append(body, about)
  }
})
const bodies = (type: string) => recorded.filter((body) => body.type === type)

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

describe('the rules of a start', () => {
  test('are taken the first time, and again as long as they are the same', async () => {
    const rules = await reworded('un')
    await start(rules)
    expect(bodies('policy.activated')).toMatchObject([{ sha256: rules.sha256, basis: 'first' }])
    const { entries, notice } = await start(rules)
    expect({ entries, notice }).toEqual({
      entries: [{ body: { type: 'policy.loaded', sha256: rules.sha256 } }],
      notice: '',
    })
  })

  test('that nobody approved are refused in production, with what changed, and that is an entry', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    await start(one)
    const refused = start(two)
    await expect(refused).rejects.toThrow(/query\.cedar.*huisclos policies propose/)
    await expect(refused).rejects.toMatchObject({ exitCode: 78 })
    await expect(refused).rejects.toBeInstanceOf(StartError)
    const change = { sha256: two.sha256, previous: one.sha256, changed: ['query.cedar'] }
    expect(bodies('policy.refused')).toMatchObject([change])
    expect(await kept.read('policies', two.sha256)).toBeNull()
  })

  test('that two persons approved are taken, and the entry names both acts', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    await start(one)
    const { proposed } = await propose(one, two)
    await expect(start(two)).rejects.toThrow(/approuvé/)
    const { approved } = await approve(one, two)
    const { entries } = await start(two)
    const change = { sha256: two.sha256, previous: one.sha256, changed: ['query.cedar'], basis: 'approved' }
    expect(bodies('policy.activated').at(-1)).toMatchObject({
      ...change,
      proposed: proposed.entry,
      approved: approved?.entry,
    })
    expect(entries[0]?.sealed).toEqual({
      proposed: { issuer: 'demo', subject: 'claire' },
      approved: { issuer: 'demo', subject: 'nadia' },
    })
  })

  test('are taken in a demo, loudly, and that is an entry', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    await start(one, false)
    const { notice } = await start(two, false)
    expect(notice).toMatch(/RÈGLES CHANGÉES.*query\.cedar/)
    expect(bodies('policy.activated').at(-1)).toMatchObject({ basis: 'demo', previous: one.sha256 })
  })

  test('that were in force before do not come back by their old approval', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    await start(one)
    await propose(one, two)
    await approve(one, two)
    await start(two)
    await expect(start(one)).rejects.toMatchObject({ exitCode: 78 })
    const three = await reworded('trois')
    await propose(two, three)
    await approve(two, three)
    await start(three)
    await expect(start(two)).rejects.toMatchObject({ exitCode: 78 })
  })

  test('are not approved by a row that the log knows nothing of', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    await start(one)
    await propose(one, two)
    const row = { approved_issuer: 'demo', approved_subject: 'yves', approved_ms: 1 }
    const forged = { ...row, approved_log: house.audit.origin, approved_seq: 1 }
    await house.store.db.updateTable('habilitation_policy').set(forged).execute()
    await expect(start(two)).rejects.toMatchObject({ exitCode: 78 })
  })

  test('are asked how long the log may be kept', async () => {
    const rules = await reworded('un')
    expect(() => insistOnRetention(rules, { months: 12 })).not.toThrow()
    expect(() => insistOnRetention(rules, { months: 24, reason: 'Enquête.' })).not.toThrow()
    expect(() => insistOnRetention(rules, { months: 24 })).toThrow(/reason/)
    expect(() => insistOnRetention(rules, { months: 37, reason: 'Enquête.' })).toThrow(/ceiling/)
  })
})

describe('a change of the rules', () => {
  test('is refused to one person, to a role without that part, and where nothing changes', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    expect(await codeOf(propose(one, two, 'lucie'))).toBe('ROLE')
    expect(await codeOf(propose(one, one))).toBe('WRONG_STATE')
    expect(await codeOf(approve(one, two))).toBe('NOT_FOUND')
    await propose(one, two)
    expect(await codeOf(propose(one, two, 'yves'))).toBe('CONFLICT')
    expect(await codeOf(approve(one, two, 'claire'))).toBe('CONFLICT_OF_INTEREST')
    expect(await codeOf(approve(one, two, 'karim'))).toBe('ROLE')
    const other = await reworded('trois')
    expect(await codeOf(approve(other, two))).toBe('WRONG_STATE')
    expect(await codeOf(approve(one, two, 'yves'))).toBe('done')
    expect(await codeOf(approve(one, two))).toBe('NOT_FOUND')
  })

  test('that is faulty is refused with each fault and leaves nothing, unless it is said to be of a later version', async () => {
    const [one, two] = [await reworded('un'), await reworded('deux')]
    const missing = [{ path: 'query.cedar', message: 'faux' }]
    const files: readonly PolicyFile[] = two.files.files
    const asked = { files, reason: 'Une raison.', faults: () => missing }
    const refused = proposePolicies(needs(one), person('claire'), asked)
    await expect(refused).rejects.toMatchObject({ code: 'INVALID', facts: { missing } })
    expect(await kept.read('policies', two.sha256)).toBeNull()
    const later = await proposePolicies(needs(one), person('claire'), { ...asked, unchecked: true })
    expect(later.sha256).toBe(two.sha256)
    expect(later.checked).toBe(false)
    expect(bodies('policy.proposed')).toMatchObject([{ sha256: two.sha256, checked: false }])
    expect(await register.list()).toMatchObject([{ checked: false, approved: null }])
  })
})
