/** Who may have a report made, of what, and what is left of it: entry, hash and signature. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { body } from '../../../services/audit/entry.ts'
import { publisherOf } from '../../../services/habilitation/keys.ts'
import { sha256 } from '../../../services/kernel/hash.ts'
import { openPublished } from '../../../services/review/published.ts'
import { makeReport, type ReportAsked } from '../../../services/review/reports/make.ts'
import { measures } from '../../../services/review/reports/measures.ts'
import { periodOf } from '../../../services/review/reports/period.ts'
import { reportNames } from '../../../services/review/reports/report.ts'
import { person } from '../../habilitation/fixtures.ts'
import { useLoggedHouse } from '../house.ts'
import { type Planted, plant } from './history.ts'

describe('a report of a node', () => {
  const house = useLoggedHouse()
  let planted: Planted
  beforeEach(async () => {
    planted = await plant(house)
  })
  const make = (who: string, change: Partial<ReportAsked> = {}) =>
    makeReport(planted.needs, person(who), { report: 'sec', format: 'md', language: 'fr', ...change })

  test('is for DPO and authority, and for nobody else', async () => {
    for (const report of reportNames) {
      for (const who of ['alice', 'paul', 'lucie', 'ines', 'louis', 'karim']) {
        await expect(make(who, { report })).rejects.toMatchObject({
          code: 'ROLE',
          facts: { rule: 'report.reader' },
        })
      }
      if (report !== 'holder') await expect(make('rouen', { report })).rejects.toMatchObject({ code: 'ROLE' })
    }
    for (const who of ['nadia', 'claire']) expect((await make(who)).report.report).toBe('sec')
  })

  test('of a holder is for itself: not another’s, not nobody’s, not of a name that is none', async () => {
    const holder = { report: 'holder' } as const
    const other = { ...holder, organisation: 'chu-rouen' }
    await expect(make('havre', other)).rejects.toMatchObject({
      code: 'ROLE',
      facts: { rule: 'report.holder' },
    })
    await expect(make('nadia', holder)).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path: 'organisation' }] },
    })
    const unknown = { ...holder, organisation: 'nobody' }
    await expect(make('nadia', unknown)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await make('claire', other)).report.report).toBe('holder')
  })

  test('that ends before it begins is refused', async () => {
    const asked = { from: '2026-02-01', until: '2026-01-31' }
    await expect(make('nadia', asked)).rejects.toMatchObject({
      code: 'INVALID',
      facts: { missing: [{ path: 'until' }] },
    })
  })

  test('is in the log by the hash of its bytes, with who had it made, and signed over both', async () => {
    const { bytes, sha256: hash, jws, receipt } = await make('rouen', { report: 'holder', format: 'csv' })
    expect(hash).toBe(sha256(bytes))
    const entry = await house.audit.entry(receipt.seq)
    expect(entry?.leaf).toBe(receipt.leaf)
    expect(entry).toMatchObject({ actor: { subject: 'rouen' }, holders: ['chu-rouen'] })
    expect(entry?.body).toEqual({
      ...{ type: 'report.made', report: 'holder', format: 'csv', sha256: hash },
      ...{ from: '2025-11-22', until: '2026-11-21' },
    })
    const said = openPublished(jws, 'report', publisherOf(planted.room.keys))
    expect(said).toMatchObject({ sha256: hash, receipt: { ...receipt } })
    expect(said.about).toMatchObject({ report: 'holder', organisation: 'chu-rouen', until: '2026-11-21' })
  })

  test('is not given out when the log cannot be written', async () => {
    const { needs } = planted
    const audit = new Proxy(needs.audit, {
      get: (log, name) => {
        if (name === 'append') return () => Promise.reject(new Error('disk'))
        const member: unknown = Reflect.get(log, name, log)
        return typeof member === 'function' ? member.bind(log) : member
      },
    })
    const asked = { report: 'sec', format: 'md', language: 'fr' } as const
    await expect(makeReport({ ...needs, audit }, person('nadia'), asked)).rejects.toThrow('disk')
  })
})

describe('the period of a report', () => {
  const now = Date.parse('2026-11-21T23:30:00Z')

  test('is in days of Paris, both included, on the days of clock change too', () => {
    const { start, end } = periodOf({ from: '2026-03-29', until: '2026-10-25' }, { now, years: 1 })
    expect([start, end].map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ])
  })

  test.each([
    [{}, 1, { from: '2025-11-23', until: '2026-11-22' }],
    [{}, 3, { from: '2023-11-23', until: '2026-11-22' }],
    [{ until: '2024-02-29' }, 1, { from: '2023-03-01', until: '2024-02-29' }],
    [{ until: '2028-02-29' }, 2, { from: '2026-03-01', until: '2028-02-29' }],
    [{ from: '2026-11-22' }, 2, { from: '2026-11-22', until: '2026-11-22' }],
  ])('of %j and %i years is %j', (asked, years, days) => {
    expect(periodOf(asked, { now, years })).toMatchObject(days)
  })
})

describe('the security measures', () => {
  const root = new URL('../../../', import.meta.url)

  test('are the 23 of MR-007', () => {
    const counts = { REP: 1, HAB: 4, IDE: 2, ESP: 2, TRA: 1, EXP: 3, SEN: 3, JOU: 3, INC: 4 }
    expect(measures.map(({ id }) => id)).toEqual(
      Object.entries(counts).flatMap(([head, count]) =>
        Array.from({ length: count }, (_, i) => `SEC-${head}-${i + 1}`),
      ),
    )
  })

  const cited = measures.flatMap(({ id, tests }) => tests.map((test) => [id, test] as const))
  test.each(cited)('%s cites a test that is there: %s', (_, citation) => {
    const [file = '', title = ''] = citation.split(' › ')
    expect(file).toMatch(/^(test|policies)\/[\w./-]+$/)
    const text = readFileSync(new URL(file, root), 'utf8')
    const isThere = [`'${title}'`, `'${title.replaceAll("'", "\\'")}'`, `"${title}"`].some((one) =>
      text.includes(one),
    )
    expect({ citation, isThere }).toEqual({ citation, isThere: true })
  })

  test.each(measures.map((one) => [one.id, one] as const))(
    '%s that the software holds has a test, and its entries are types of the log',
    (_, { holding, tests, entries }) => {
      const types: readonly string[] = body.options.map((option) => option.shape.type.value)
      expect(entries.filter((type) => !types.includes(type))).toEqual([])
      if (holding === 'held' || holding === 'partial') expect(tests.length).toBeGreaterThan(0)
      if (holding === 'open') expect({ tests, entries }).toEqual({ tests: [], entries: [] })
    },
  )
})
