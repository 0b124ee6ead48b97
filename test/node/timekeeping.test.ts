import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { silentLog } from '../../services/kernel/log.ts'
import { keepTime } from '../../services/node/timekeeping.ts'

test('the work is done again after a round that failed, and no more once it is closed', async () => {
  const told: string[] = []
  let rounds = 0
  const time = await new Promise<ReturnType<typeof keepTime>>((resolve) => {
    const work = async () => {
      rounds += 1
      if (rounds === 1) throw new Error('the database is away')
      resolve(running)
    }
    const log = { ...silentLog, error: (message: string) => void told.push(message) }
    const running = keepTime({ everyMs: 1, work, log })
  })
  await time.close()
  const atClose = rounds
  await pause(10)
  expect(told).toHaveLength(1)
  expect(rounds).toBe(atClose)
})
