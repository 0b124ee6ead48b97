import { describe, expect, test } from '@jest/globals'
import { narrows } from '../../services/habilitation/amendment.ts'
import type { Body } from '../../services/habilitation/request.ts'

const period = { from: '2026-11-01', until: '2027-10-31' }
const body = (establishmentLevel?: 'no' | 'consented'): Body => ({
  accessPeriod: period,
  lines: [{ dataset: 'beds', tables: {}, ...(establishmentLevel && { establishmentLevel }) }],
})

describe('an amendment', () => {
  test('that asks for single establishments narrows nothing; one that gives them up does', () => {
    expect(narrows(body('consented'), body('consented'))).toBe(true)
    expect(narrows(body('consented'), body())).toBe(true)
    expect(narrows(body(), body('consented'))).toBe(false)
    expect(narrows(body('no'), body('consented'))).toBe(false)
  })
})
