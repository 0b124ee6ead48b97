/** What serves everybody: one bulle never has all of it, and those who wait for their share go on in their order. */
import { expect, test } from '@jest/globals'
import { openReleaser } from '../../services/engine/release.ts'
import { Shares } from '../../services/engine/shares.ts'
import { limits, MIB, sql, temporaryFolder } from './fixture.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('one owner has as many places as he may, and another does not wait for him', async () => {
  const shares = new Shares(1)
  const { signal } = new AbortController()
  const began: string[] = []
  const ends: (() => void)[] = []
  const work = (name: string) => () => {
    began.push(name)
    return new Promise<void>((resolve) => ends.push(resolve))
  }
  const all = ['a1', 'a2', 'b1', 'a3'].map((name) => shares.within(name.slice(0, 1), signal, work(name)))
  await settled()
  expect(began).toEqual(['a1', 'b1'])
  ends[0]?.()
  await settled()
  expect(began).toEqual(['a1', 'b1', 'a2'])
  for (let done = 1; done < 4; done += 1) {
    ends[done]?.()
    await settled()
  }
  await Promise.all(all)
  expect(began).toEqual(['a1', 'b1', 'a2', 'a3'])
})

test('who gives up waiting leaves the place to the next, and one whose work fails gives it back', async () => {
  const shares = new Shares(1)
  const given = new AbortController()
  const { signal } = new AbortController()
  let end = () => {}
  const first = shares.within('a', signal, () => new Promise<void>((resolve) => (end = resolve)))
  const second = shares.within('a', given.signal, async () => 'second')
  const third = shares.within('a', signal, () => Promise.reject(new Error('third')))
  given.abort()
  await expect(second).rejects.toMatchObject({ code: 'QUERY_FAILED' })
  end()
  await first
  await expect(third).rejects.toThrow('third')
  expect(await shares.within('a', signal, async () => 'fourth')).toBe('fourth')
})

test('a bulle whose statements do not end leaves a release process to the others', async () => {
  const scratch = await temporaryFolder()
  const memoryBytes = 256 * MIB
  const releaser = await openReleaser({ threads: 1, memoryBytes, scratch: scratch.path, processes: 2 })
  const given = new AbortController()
  // Longer than this test may take: nobody is served because a bomb has ended.
  const long = { ...limits, timeoutMs: 300_000 }
  const ask = (bulle: string, text: string, signal: AbortSignal) =>
    releaser.finish({ tables: [], mounts: [], statement: sql(text) }, { limits: long, signal, bulle })
  const endless = 'SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x * y % 7 = 3'
  try {
    const bombs = [1, 2, 3].map(() => ask('a', endless, given.signal).catch(() => 'ended'))
    const { rows } = await ask('b', 'SELECT 1', new AbortController().signal)
    expect(rows).toEqual([[1]])
    given.abort()
    expect(await Promise.all(bombs)).toEqual(['ended', 'ended', 'ended'])
  } finally {
    await releaser.close()
    await scratch.remove()
  }
})
