/** A file that a spreadsheet opens as it is: what looks like a formula is text, dates are dates, and all is what the log says. */
import { expect, test } from '@jest/globals'
import type { AuditLog } from '../../services/audit/writer.ts'
import { exportLog } from '../../services/review/export.ts'
import { makeWorkbook } from '../../services/review/workbook.ts'
import { act } from '../audit/open-log.ts'
import { person } from '../habilitation/fixtures.ts'
import { unzipped } from '../unzipped.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()
const bruno = (audit: AuditLog) =>
  audit.append(
    { type: 'query.refused', query: 'q', code: 'ROW_LEVEL', rule: '=cmd|calc' },
    act('bruno', '+P9'),
  )
const exported = (format: 'csv' | 'xlsx', limit?: number) =>
  exportLog(house, person('nadia'), {
    filter: { from: Date.parse('2026-01-01') },
    format,
    language: 'fr',
    ...(limit === undefined ? {} : { limit }),
  })

test('a CSV file has a mark, semicolons and CRLF, and no cell that runs', async () => {
  await bruno(house.audit)
  const { bytes, entries } = await exported('csv')
  const text = Buffer.from(bytes).toString()
  expect(text.startsWith('\uFEFFInstant (UTC);Journal;N°;Type;')).toBe(true)
  const lines = text.split('\r\n')
  expect(lines).toHaveLength(entries + 2)
  const refused = lines.find((line) => line.includes('ROW_LEVEL'))
  expect(refused).toMatch(
    /^2026-03-01 09:00:00;2026;\d+;query\.refused;refused;bruno;'\+P9;1;;ROW_LEVEL;'=cmd\|calc;[0-9a-f]{64}$/,
  )
})

test('a workbook has a frozen header, instants, numbers and texts, and no formula', async () => {
  await bruno(house.audit)
  const { bytes } = await exported('xlsx')
  const parts = unzipped(bytes)
  const sheet = parts.get('xl/worksheets/sheet1.xml') ?? ''
  expect([...parts.keys()].some((name) => /vba|external/i.test(name))).toBe(false)
  expect(sheet).toContain('state="frozen"')
  expect(sheet).toMatch(/<\/sheetData><autoFilter ref="A1:L\d+"\/><\/worksheet>$/)
  expect(sheet).not.toMatch(/<f[ >]/)
  expect(parts.get('xl/sharedStrings.xml')).toContain('=cmd|calc')
  expect(sheet).toMatch(/<c r="A2"[^>]*><v>46082\.375<\/v>/)
})

test('an export is in the log before its bytes are given out, and says when it is only the newest part', async () => {
  const before = house.audit.size
  const { entries, isPartial } = await exported('csv', 3)
  expect({ entries, isPartial }).toEqual({ entries: 3, isPartial: true })
  expect((await house.audit.entry(before))?.body).toEqual({
    type: 'audit.exported',
    format: 'csv',
    entries: 3,
  })
  expect((await exported('csv')).isPartial).toBe(false)
})

test('a workbook that cannot be made is an error, not a file', async () => {
  const broken = { name: 'a', header: ['a'], rows: null as unknown as [] }
  await expect(makeWorkbook(broken)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
