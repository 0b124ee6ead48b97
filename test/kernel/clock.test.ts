import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addDays, parisDay, startOfParisDay } from '../../services/kernel/clock.ts'

test.each([
  ['2026-01-15', '2026-01-14T23:00:00Z'],
  ['2026-07-15', '2026-07-14T22:00:00Z'],
  ['2026-03-29', '2026-03-28T23:00:00Z'],
  ['2026-03-30', '2026-03-29T22:00:00Z'],
  ['2026-10-25', '2026-10-24T22:00:00Z'],
  ['2026-10-26', '2026-10-25T23:00:00Z'],
])('the day %s begins in Paris at %s', (day, instant) => {
  expect(new Date(startOfParisDay(day)).toISOString()).toBe(new Date(instant).toISOString())
})

test('a day lasts from its start to just before the start of the next', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1990-01-01'), max: new Date('2080-01-01'), noInvalidDate: true }),
      (date) => {
        const day = parisDay(date.getTime())
        expect(startOfParisDay(day)).toBeLessThanOrEqual(date.getTime())
        expect(startOfParisDay(addDays(day, 1))).toBeGreaterThan(date.getTime())
      },
    ),
  )
})
