import { expect, test } from '@jest/globals'
import { main as crash } from '../trials/crash.ts'

test('a log whose writer is killed again and again keeps every entry that it acknowledged', async () => {
  const figures = await crash({ seed: 11, kills: 6 })
  expect(figures).toMatchObject({ lost: 0, unrecorded: 0, forks: 0, verdicts: [] })
  expect(figures.acknowledged).toBeGreaterThan(60)
  expect(figures.checkpoints).toBeGreaterThan(0)
}, 120_000)

test('a writer that acknowledges before it writes is caught by the same trial', async () => {
  const figures = await crash({ seed: 12, kills: 4, manner: 'hasty' })
  expect(figures.lost).toBeGreaterThan(0)
}, 60_000)
