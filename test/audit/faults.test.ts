import { expect, test } from '@jest/globals'
import { main as faults, shortFaults } from '../trials/faults.ts'

test('kills, failing disks, torn journals and jumping clocks leave a log that holds what it acknowledged', async () => {
  const { failures, figures } = await faults({
    ...shortFaults,
    // Kills are the business of crash.test.ts; here that they are one part of the whole.
    kills: 1,
    calls: 0.01,
    torn: 0.003,
    seed: 7,
    say: () => {},
  })
  expect(failures).toEqual([])
  expect(figures).toMatchObject({
    torn: { wrong: [] },
    clock: { jumps: 40 },
    disk: { wrong: [] },
    kills: { kills: 1, lost: 0 },
  })
}, 120_000)
