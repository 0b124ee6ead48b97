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

  test('that opens withheld cells to checkers narrows nothing; one that closes them does', () => {
    const exact = (asked?: 'no' | 'checked'): Body => ({
      ...body(),
      lines: [{ dataset: 'beds', tables: {}, ...(asked && { exact: asked }) }],
    })
    expect(narrows(exact('checked'), exact('checked'))).toBe(true)
    expect(narrows(exact('checked'), exact('no'))).toBe(true)
    expect(narrows(exact(), exact('checked'))).toBe(false)
    expect(narrows(exact('no'), exact('checked'))).toBe(false)
  })
})
