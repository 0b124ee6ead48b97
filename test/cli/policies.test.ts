/** What an authority sees of the rules on a terminal: whether they hold, what a change breaks, and that two persons make it. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Client } from '../../services/cli/client.ts'
import {
  approvePolicies,
  diffPolicies,
  listPolicies,
  proposePolicies,
  shippedPolicies,
  showProposals,
  testPolicies,
} from '../../services/cli/policies.ts'
import { vocabularyNames } from '../../services/habilitation/vocabulary.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { openTestNode, type TestNode } from '../node.ts'

let folder = ''
let printed = ''
const into = () =>
  new Writable({
    write(chunk, _, done) {
      printed += chunk
      done()
    },
  })
const out = { stdout: into(), stderr: into(), signal: new AbortController().signal }
beforeEach(async () => {
  printed = ''
  folder = await mkdtemp(join(tmpdir(), 'huisclos-cli-policies-'))
  await cp(shippedPolicies, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8')
  expect(change(text)).not.toBe(text)
  await writeFile(join(folder, path), change(text))
}

/** Eight working days instead of seven. */
const slower = (text: string) =>
  text.replace('"unit": "workingDays",\n      "count": 7', '"unit": "workingDays",\n      "count": 8')

describe('policies list', () => {
  test('names every rule and every code with its source and how surely it was read', async () => {
    await listPolicies(shippedPolicies, out)
    for (const name of vocabularyNames) expect(printed).toContain(`vocabulary/${name}.json\n`)
    expect(printed).toMatch(/line-closed +LINE_CLOSED +Ligne fermée/)
    expect(printed).toMatch(/completeness\.answer.*art\. 68\(4\).*✔ lu/)
    expect(printed).toMatch(/SNDS-III-6 .*⚖ à vérifier/)
  })
})

describe('policies test', () => {
  test('plays every case of a folder and counts them by file', async () => {
    await testPolicies(shippedPolicies, out, {})
    expect(printed).toMatch(/✔ vocabulary\/clocks\.json +(\d+)\/\1 cas/)
    expect(printed).not.toContain('✘')
    expect(printed).toMatch(/sha256:[0-9a-f]{64}\n$/)
  })

  test('ends with 5 and names the case that a changed fact breaks', async () => {
    await edit('vocabulary/clocks.json', slower)
    await expect(testPolicies(folder, out, {})).rejects.toMatchObject({ exit: 5 })
    expect(printed).toContain(
      '✘ vocabulary/clocks.json · completeness.target · 2 : attendu / expected deny, obtenu / found allow',
    )
    printed = ''
    await expect(testPolicies(folder, out, { json: true })).rejects.toMatchObject({ exit: 5 })
    expect(JSON.parse(printed.split('\n')[0] ?? '')).toMatchObject({
      broken: [{ entry: 'completeness.target' }],
    })
  })

  const faults: readonly (readonly [string, string, (text: string) => string, RegExp])[] = [
    [
      'an entry without a failing case',
      'vocabulary/purposes-snds.json',
      (text) => text.replaceAll('"expect": "deny"', '"expect": "allow"'),
      /one failing case/,
    ],
    [
      'an entry without a passing case',
      'vocabulary/retention.json',
      (text) => text.replaceAll('"expect": "allow"', '"expect": "deny"'),
      /one passing case/,
    ],
    [
      'a rule without a failing case',
      'cases/query.json',
      (text) => text.replaceAll('"LINE_CLOSED"', '"EXPIRED"'),
      /line-closed: one failing case/,
    ],
    [
      'a clock that the house runs and that is not there',
      'vocabulary/clocks.json',
      (text) => text.replace('"completeness.answer"', '"completeness.replied"'),
      /completeness\.answer is missing/,
    ],
    ['a number below its floor', 'disclosure.json', (text) => text.replace('11', '10'), /disclosure\.json/],
    ['a file that is no JSON', 'review.json', () => '{', /review\.json: not JSON/],
  ]
  test.each(faults)('ends with 5 on %s', async (...[, path, change, told]) => {
    await edit(path, change)
    await expect(testPolicies(folder, out, {})).rejects.toMatchObject({
      exit: 5,
      message: expect.stringMatching(told),
    })
  })
})

describe('policies diff', () => {
  test('says what changes by entry, and which earlier cases say otherwise, though the new ones hold', async () => {
    await edit('vocabulary/clocks.json', (text) => slower(text).replace('2026-12-02T09', '2026-12-03T09'))
    await testPolicies(folder, out, {})
    printed = ''
    await diffPolicies({ before: shippedPolicies, after: folder }, out)
    expect(printed.split('\n')).toEqual([
      'vocabulary/clocks.json',
      '  ~ completeness.target facts count: 7 → 8',
      '  ~ completeness.target cases 2 given at: "2026-12-02T09:00:00Z" → "2026-12-03T09:00:00Z"',
      'cas d’avant qui changent / earlier cases that change',
      '✘ vocabulary/clocks.json · completeness.target · 2 : attendu / expected deny, obtenu / found allow',
      '',
    ])
  })

  test('shows the lines of a rule, and says so when nothing changes', async () => {
    await diffPolicies({ before: shippedPolicies, after: folder }, out)
    expect(printed).toBe('les mêmes règles / the same rules\n')
    await edit('query.cedar', (text) => text.replace('principal.level < 2', 'principal.level < 1'))
    printed = ''
    await diffPolicies({ before: shippedPolicies, after: folder }, out)
    expect(printed).toContain(
      '  - when { principal.level < 2 };\n  + when { principal.level < 1 };\ncas d’avant qui changent',
    )
    expect(printed).toMatch(/✘ cases\/query\.json · assurance-too-low/)
  })
})

describe('a change by two persons', () => {
  let node: TestNode
  beforeAll(async () => {
    node = await openTestNode()
  }, 60_000)
  afterAll(() => node?.close())

  async function as(subject: string): Promise<Client> {
    const token = await mintDemoToken({ home: node.home, subject, clock: systemClock })
    return { url: node.url, token, language: 'fr' }
  }

  test('is proposed by one, shown to the other and approved, each in an entry of the log', async () => {
    await edit('vocabulary/clocks.json', slower)
    const asked = { folder, reason: 'Trop court.' }
    await expect(proposePolicies(await as('claire'), out, asked)).rejects.toMatchObject({
      exit: 4,
      message: expect.stringMatching(/cas 2 de completeness\.target donne « allow » au lieu de « deny »/),
    })
    await edit('vocabulary/clocks.json', (text) => text.replace('2026-12-02T09', '2026-12-03T09'))
    await proposePolicies(await as('claire'), out, asked)
    const [sha256 = ''] = printed.split('\n')
    expect(printed).toContain('attend une autre personne')
    await expect(approvePolicies(await as('claire'), out, sha256)).rejects.toMatchObject({ exit: 3 })
    printed = ''
    await showProposals(await as('nadia'), out, sha256)
    expect(printed).toContain('Trop court.')
    expect(printed).toContain('  ~ completeness.target facts count: 7 → 8\n')
    await approvePolicies(await as('nadia'), out, sha256)
    printed = ''
    await showProposals(await as('yves'), out)
    expect(printed).toMatch(/proposed by claire.*\n.*\n.*approved by nadia/)
    const { json } = await node.call('GET', '/api/v1/audit/entries?type=policy.approved', { as: 'nadia' })
    expect(json.entries).toMatchObject([{ actor: 'nadia', outcome: 'done' }])
  })

  test('begins with rules that everybody may read, each with its reason and its legal basis', async () => {
    const { status, json } = await node.call('GET', '/api/v1/policies', { as: 'alice' })
    expect(status).toBe(200)
    expect(
      json.rules.every((rule: { reason: string; legalBasis: string }) => rule.reason && rule.legalBasis),
    ).toBe(true)
    expect(json.rules.map(({ id }: { id: string }) => id)).toContain('line-closed')
    expect(json.files.map(({ path }: { path: string }) => path)).toContain('vocabulary/roles.json')
  })
})
