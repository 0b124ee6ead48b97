/** Checks through the door: the decision, and what it explains of an allowed statement. */
import { expect } from '@jest/globals'
import type { System } from './system.ts'

interface Asked {
  readonly system: System
  readonly project: string
  /** Counts patients by sex as `n`. */
  readonly sql: string
}

export async function decideWithoutRunning({ system, project, sql }: Asked): Promise<void> {
  const check = (as: string, text: string) =>
    system.call('POST', `/api/v1/projects/${project}/queries/check`, { as, body: { sql: text } })
  expect(await check('alice', sql)).toMatchObject({
    status: 200,
    json: { decision: 'allow', tables: expect.any(Array), columns: expect.any(Array) },
  })
  expect(await check('alice', 'SELECT * FROM patients')).toMatchObject({
    status: 200,
    json: {
      decision: 'refuse',
      code: expect.any(String),
      hint: expect.any(String),
      accepted: expect.stringMatching(/^SELECT .* GROUP BY/),
    },
  })
  expect(await check('bruno', sql)).toMatchObject({ status: 403 })
}

export async function explainColumns({ system, project, sql }: Asked): Promise<void> {
  const check = (headers: Record<string, string> = {}) =>
    system.call('POST', `/api/v1/projects/${project}/queries/check`, { as: 'alice', body: { sql }, headers })
  const { explanation } = (await check()).json
  expect(explanation.columns).toMatchObject([
    { name: 'sex', is: 'label', rules: ['T1', 'secondary'], text: expect.stringContaining('11 personnes') },
    { name: 'n', is: 'statistic', statistics: [{ shape: 'presence' }] },
  ])
  expect(explanation).toMatchObject({
    k: 11,
    leaves: [{ groups: 'absent' }],
    reads: [{ table: 'patients', class: 'personal', columns: ['sex'] }],
    not_covered: expect.arrayContaining([{ name: 'many_cells', text: expect.any(String) }]),
  })
  const english = await check({ 'accept-language': 'en' })
  expect(english.json.explanation.columns[0].text).toContain('11 persons')
}
