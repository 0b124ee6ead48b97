import { expect, test } from '@jest/globals'
import { holderLines, publicLines } from '../../services/cli/quality.ts'
import type { HolderQuality, PublicQuality } from '../../services/dataset/quality/label.ts'

const coverage = { from: '2024-01', until: '2024-03', departments: 2, persons: '100+' }
const timeliness = { monthsToDeposit: 3 }

test('the public label is shown in bands, and what is withheld as a dash', () => {
  const quality: PublicQuality = {
    k: 11,
    completeness: '95-99',
    validity: null,
    coherence: '99-100',
    timeliness,
    coverage,
    columns: [
      { table: 't', column: 'a', completeness: '80-95' },
      { table: 't', column: 'b', completeness: null, tag: { code: 'COMMUNE_DECES', source: 'declared' } },
    ],
  }
  const lines = publicLines(quality)
  expect(lines[0]).toMatch(/95-99 %.*—.*99-100 %/)
  expect(lines[1]).toMatch(/2024-01 → 2024-03.*2.*100\+/)
  expect(lines.find((line) => line.startsWith('t      a'))).toContain('80-95 %')
  expect(lines.find((line) => line.startsWith('t      b'))).toMatch(/—\s+COMMUNE_DECES$/)
})

test('the holder reads shares that are never rounded up, proposals with a question mark, and the drift', () => {
  const quality: HolderQuality = {
    k: 11,
    completeness: 0.999,
    validity: 1,
    coherence: null,
    timeliness,
    coverage,
    tables: [
      {
        name: 't',
        rows: 100,
        uniqueness: 0.5,
        columns: [
          {
            name: 'a',
            completeness: 0.571,
            validity: null,
            tag: { code: 'COMMUNE_DECES', source: 'proposed' },
            drift: { completeness: '0-1', distribution: '5-20', newCodes: '1-9', lostCodes: '0' },
          },
        ],
        order: [],
        risk: { basis: 'declared', columns: ['a'], belowK: '20-50' },
      },
    ],
    driftFrom: 1,
  }
  const text = holderLines(quality).join('\n')
  expect(text).toContain('99.9 %')
  expect(text).toContain('t: unicité / uniqueness 50 % · sous / below k=11: 20-50 % (a)')
  expect(text).toMatch(/t\s+a\s+57\.1 %\s+—\s+COMMUNE_DECES \?\s+5-20 %\s+\+1-9 −0/)
})
