import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Home } from '../../services/audit/home.ts'
import { SpaceGuard, spaceFloor, spaceState } from '../../services/audit/space.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openHome, reading, type TestHome } from './open-log.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

test.each([
  [20, 100, 'ample'],
  [9, 100, 'low'],
  [11, 1000, 'ample'],
  [9, 1000, 'low'],
  [0.9, 2, 'low'],
  [1.1, 2, 'ample'],
  [0.06, 2, 'full'],
])('%d GiB free of %d are %s', (free, disk, state) => {
  expect(spaceState({ freeBytes: free * gibibyte, diskBytes: disk * gibibyte })).toBe(state)
})

describe('a disk that fills up', () => {
  let test_: TestHome
  let freeBytes = 0
  const measureSpace = async () => ({ freeBytes, diskBytes: 100 * gibibyte })
  const open = () => test_.open({ measureSpace, reserveBytes: mebibyte })
  const names = () => readdir(join(test_.home, 'audit'))
  const told = () => test_.indexed.filter(({ body }) => body.type === 'log.reserve_used').length
  beforeEach(async () => {
    freeBytes = 50 * gibibyte
    test_ = await openHome()
  })
  afterEach(() => test_.remove())

  test('is announced before it is full', async () => {
    freeBytes = 5 * gibibyte
    const audit = await open()
    expect(audit.space).toMatchObject({ state: 'low', freeBytes })
    await expect(audit.append(reading, {})).resolves.toMatchObject({ seq: 1 })
    await audit.close()
  })

  test('gives up its reserve to say so, refuses everything, and goes on when there is room again', async () => {
    const audit = await open()
    expect(await names()).toContain('.reserve')
    await audit.close()
    freeBytes = mebibyte
    const full = await open()
    expect(await names()).not.toContain('.reserve')
    expect(full.space.state).toBe('full')
    await expect(full.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(told()).toBe(1)
    freeBytes = 50 * gibibyte
    await expect(full.append(reading, {})).resolves.toMatchObject({ seq: 2 })
    expect(await names()).toContain('.reserve')
    await full.close()
    expect(await verifyLog({ dir: join(test_.home, 'audit') })).toMatchObject({ status: 'intact' })
  })

  test('is seen by a node to which nobody speaks', async () => {
    const audit = await open()
    freeBytes = mebibyte
    const until = performance.now() + 8_000
    while (audit.space.state !== 'full' && performance.now() < until) await wait(50)
    expect(audit.space.state).toBe('full')
    await audit.close()
  })

  test('does not go on in the room that its reserve gave up', async () => {
    freeBytes = spaceFloor - 1
    const full = await open()
    freeBytes += mebibyte
    await expect(full.append(reading, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(full.space.state).toBe('full')
    freeBytes += 1
    await expect(full.append(reading, {})).resolves.toMatchObject({ seq: 1 })
    await full.close()
  })
})

test('a disk whose room cannot be read is told once, and again when that comes back', async () => {
  const told: string[] = []
  let reads = true
  const measure = async () => {
    if (!reads) throw new Error('statfs')
    return { freeBytes: 50 * gibibyte, diskBytes: 100 * gibibyte }
  }
  const log = { ...silentLog, warn: (line: string) => void told.push(line) }
  const onReserveUsed = async () => {}
  const guard = new SpaceGuard({ home: { audit: '/' } as Home, log, measure, onReserveUsed })
  const look = async (readable: boolean) => {
    reads = readable
    guard.lookSoon()
    await wait(0)
  }
  for (const readable of [false, false, true, false]) await look(readable)
  guard.close()
  const line = 'the free space of the audit log cannot be read'
  expect(told).toEqual([line, line])
})
