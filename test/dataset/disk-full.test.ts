import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { CheckerNeeds } from '../../services/dataset/check-job.ts'
import { openChecker } from '../../services/dataset/checking.ts'
import { openDeposit, readDeposit, receiveTable, submitDeposit } from '../../services/dataset/deposit.ts'
import { isDiskFull } from '../../services/dataset/lack.ts'
import { openDepositStorage } from '../../services/dataset/storage.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { chunks, declare, openRoom, type Room, rouen } from './room.ts'
import { acts, people, small } from './small.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('full'))
})
afterAll(() => room.close())

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

/** Deposits with a checker that meets a lack; answers where it stands then, and when there is room again. */
async function lacking(changes: (first: () => boolean) => Partial<CheckerNeeds>) {
  let attempts = 0
  const first = () => attempts++ === 0
  const checker = openChecker({
    ...room.needs,
    ...{ log: silentLog, sandboxed: true, memoryBytes: 512 * 1024 ** 2, retryMs: 1500 },
    ...changes(first),
  })
  const needs = { ...room.needs, checker }
  const { id } = await openDeposit(needs, rouen, { dataset: 'full' })
  for (const [table, text] of Object.entries({ people, acts })) {
    const body = chunks(Buffer.from(text))
    await receiveTable(needs, rouen, { deposit: id, table, contentType: 'text/csv', body })
  }
  await submitDeposit(needs, rouen, { deposit: id })
  await checker.idle()
  const meanwhile = await readDeposit(needs, rouen, { deposit: id })
  const sealed = await readdir(join(room.home, 'deposits', id))
  const left = [
    ...sealed.filter((one) => one === 'scratch'),
    ...(await readdir(join(room.clear.path, 'work'))),
  ]
  let ended = meanwhile
  for (let looks = 0; ended.status === 'checking' && looks < 500; looks += 1) {
    await wait(20)
    ended = await readDeposit(needs, rouen, { deposit: id })
  }
  await checker.close()
  return { meanwhile, left, ended }
}

describe('a deposit that is checked while the disk is full', () => {
  test.each(['written', 'sealed'] as const)(
    'waits at `%s` without half a version, and is accepted when there is room',
    async (moment) => {
      const before = (await room.catalogue.find('full'))?.latest?.version ?? 0
      const { meanwhile, left, ended } = await lacking((first) => ({
        at: (now) => {
          if (now === moment && first()) throw noSpace()
        },
      }))
      expect(meanwhile).toMatchObject({ status: 'checking', progress: { step: 'waiting' } })
      expect(left).toEqual([])
      expect(ended).toMatchObject({ status: 'accepted', version: before + 1 })
      expect(await readdir(join(room.home, 'datasets', 'full'))).toHaveLength(before + 1)
    },
  )

  test('waits for a log that takes nothing, too', async () => {
    const { meanwhile, ended } = await lacking((first) => ({
      audit: {
        ...room.audit,
        append: (body, about) => {
          if (body.type === 'deposit.accepted' && first()) throw new Refusal('UNAVAILABLE')
          return room.audit.append(body, about)
        },
      },
    }))
    expect(meanwhile).toMatchObject({ status: 'checking', progress: { step: 'waiting' } })
    expect(ended.status).toBe('accepted')
  })
})

test('a file that arrives never takes the last of the disk, and leaves nothing', async () => {
  let free = 1024 ** 3
  const storage = openDepositStorage({ ...room, freeBytes: async () => free })
  async function* endless() {
    for (;;) {
      yield Buffer.alloc(8 * 1024 ** 2)
      free -= 256 * 1024 ** 2
    }
  }
  const receiving = storage.receive('arriving', 'people', { body: endless(), limit: 1024 ** 3 })
  await expect(receiving).rejects.toMatchObject({ code: 'UNAVAILABLE', facts: { rule: 'deposit.disk' } })
  expect(await readdir(join(room.home, 'deposits', 'arriving'))).toEqual([])
})

test('only a lack of room is one: an engine out of memory, or a file that cannot be read, is not', () => {
  expect(isDiskFull(noSpace())).toBe(true)
  expect(isDiskFull(new Error('IO Error: Could not write all bytes: No space left on device'))).toBe(true)
  expect(isDiskFull(new Error('Out of Memory Error: could not allocate block'))).toBe(false)
  expect(isDiskFull(new Error('Invalid Input Error: no magic bytes'))).toBe(false)
})
