/** Every check of the doctor, on a machine where it is well and on each where it is not. */
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Finding } from '../../../services/cli/doctor/check.ts'
import { checks } from '../../../services/cli/doctor/checks.ts'
import { aboutOf, type Case, openPlace, type Prepared } from './case.ts'
import { homeCases } from './home-cases.ts'
import { logCases } from './log-cases.ts'
import { machineCases } from './machine-cases.ts'
import { storeCases } from './store-cases.ts'
import { writtenCases } from './written-cases.ts'

const cases: readonly Case[] = [...machineCases, ...homeCases, ...storeCases, ...logCases, ...writtenCases]

let place: Awaited<ReturnType<typeof openPlace>>
beforeEach(async () => {
  place = await openPlace()
})
afterEach(() => place.close())

function look(name: string, prepared: Prepared): Promise<Finding> {
  const check = prepared.check ?? checks.find((one) => one.name === name)
  if (check === undefined) throw new Error(`no check ${name}`)
  return check.look(aboutOf(place, prepared))
}

test('the doctor looks at 25 things at least, each by its own name, and each has its cases here', () => {
  const names = checks.map(({ name }) => name)
  expect(names.length).toBeGreaterThanOrEqual(25)
  expect(new Set(names).size).toBe(names.length)
  expect(cases.map(({ name }) => name).sort()).toEqual([...names].sort())
  for (const { ill } of cases) expect(Object.keys(ill).length).toBeGreaterThan(0)
})

test('the operator is told how many things are looked at', async () => {
  for (const [file, words] of [
    ['SECURITY.md', `looks at ${checks.length} points`],
    ['SECURITY.fr.md', `regarde ${checks.length} points`],
  ] as const) {
    expect(await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8')).toContain(words)
  }
})

describe.each(cases)('$name', ({ name, well, ill }) => {
  test('is well where nothing is wrong', async () => {
    expect(await look(name, await well(place))).toMatchObject({ ok: true, seen: { fr: expect.any(String) } })
  })

  test.each(Object.entries(ill))('%s is told, with its remedy in both languages', async (_, expected) => {
    const finding = await look(name, await expected.when(place))
    expect(finding).toMatchObject({ ok: false, severe: expected.severe })
    if (finding.ok) return
    expect(finding.seen.fr).toMatch(expected.seen)
    for (const text of [finding.seen.en, finding.remedy.fr, finding.remedy.en]) expect(text).toMatch(/\S/)
  })
})
