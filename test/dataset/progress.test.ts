import { describe, expect, test } from '@jest/globals'
import { follow, type Progress, secondsLeft } from '../../services/dataset/progress.ts'
import { openWatch } from '../../services/dataset/watch.ts'

describe('time left', () => {
  test('is not known in the first two seconds, nor before a fiftieth is done', () => {
    expect(secondsLeft(0.5, { begun: 0, now: 1999 })).toBeUndefined()
    expect(secondsLeft(0.01, { begun: 0, now: 60_000 })).toBeUndefined()
  })

  test('is what the rest takes at the rate so far', () => {
    expect(secondsLeft(0.25, { begun: 1000, now: 11_000 })).toBe(30)
    expect(secondsLeft(1, { begun: 0, now: 5000 })).toBe(0)
  })
})

describe('the progress of a deposit', () => {
  function followed() {
    const said: Progress[] = []
    const clock = { at: 0, now: () => clock.at }
    return { said, clock, following: follow((one) => said.push(one), { clock, total: 400 }) }
  }

  test('counts the bytes and rows of all files, and takes the time that is left from both', () => {
    const { said, clock, following } = followed()
    following.read('a', { before: 0, own: 100 })({ share: 0.5, rows: 7 })
    following.counted(20)
    const told = following.read('b', { before: 100, own: 300 })
    clock.at = 9000
    told({ share: 0.5, rows: 5 })
    expect(said).toEqual([
      { step: 'read', table: 'a', rows: 0, bytes: 0, total: 400 },
      { step: 'read', table: 'a', rows: 7, bytes: 50, total: 400 },
      { step: 'read', table: 'b', rows: 20, bytes: 100, total: 400 },
      // 250 of 400 bytes of the six tenths that reading takes.
      { step: 'read', table: 'b', rows: 25, bytes: 250, total: 400, secondsLeft: 15 },
    ])
  })

  test('keeps rows and bytes through the steps that follow, and never goes beyond its end', () => {
    const { said, clock, following } = followed()
    following.read('a', { before: 0, own: 400 })
    following.counted(20)
    clock.at = 6000
    following.step('relate')
    following.write('b', { index: 1, of: 2 })({ share: 7 })
    expect(said.slice(1)).toEqual([
      { step: 'relate', rows: 20, bytes: 400, total: 400, secondsLeft: 4 },
      { step: 'write', table: 'b', rows: 20, bytes: 400, total: 400, secondsLeft: 1 },
      { step: 'write', table: 'b', rows: 20, bytes: 400, total: 400, secondsLeft: 0 },
    ])
  })

  test('takes no number of a worker for rows that is none', () => {
    const { said, following } = followed()
    const told = following.read('a', { before: 0, own: 400 })
    for (const rows of [-1, 0.5, Number.NaN]) told({ rows, share: Number.NaN })
    expect(new Set(said.map(({ rows, bytes }) => `${rows} ${bytes}`))).toEqual(new Set(['0 0']))
  })
})

describe('a worker', () => {
  test('tells how far its call is, by its own count or the engine’s', () => {
    let engine = -1
    const watch = openWatch(() => engine)
    expect(watch.now()).toBeUndefined()
    watch.part(0, 0.5)
    expect(watch.now()).toEqual({ share: 0, rows: 0 })
    watch.told(0.5, 10)
    expect(watch.now()).toEqual({ share: 0.25, rows: 10 })
    watch.part(0.5, 1)
    engine = 0.5
    expect(watch.now()).toEqual({ share: 0.75, rows: 10 })
    watch.end()
    expect(watch.now()).toBeUndefined()
  })
})
