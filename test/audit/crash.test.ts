import { expect, test } from '@jest/globals'
import { main as crash } from '../trials/crash.ts'

test('a log whose writer is killed again and again keeps every entry that it acknowledged', async () => {
  const figures = await crash(11, 15)
  expect(figures.verdicts).toEqual([])
  expect(figures.lost).toBe(0)
  expect(figures.acknowledged).toBeGreaterThan(150)
}, 120_000)

test('a writer that acknowledges before it writes is caught by the same trial', async () => {
  const figures = await crash(12, 2, 'hasty')
  expect(figures.lost).toBeGreaterThan(0)
}, 60_000)
