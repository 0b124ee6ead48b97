import { describe, expect, jest, test } from '@jest/globals'
import { Refusal } from '../../services/kernel/refusal.ts'
import { lastEntry } from '../../services/node/log-ends.ts'
import { openProcessEnd, stopInOrder } from '../../services/node/stopping.ts'

describe('the stop of a node', () => {
  const stopping = (order: string[], idle: Promise<void>, graceMs: number) =>
    stopInOrder({
      sendAway: () => void order.push('away'),
      running: { idle: () => idle, close: () => void order.push('cut') },
      door: { answered: async () => void order.push('answered') },
      closing: { close: async () => void order.push('floors') },
      graceMs,
    })

  test('sends away first, waits for what runs, and closes the floors last', async () => {
    const order: string[] = []
    let finish = () => {}
    const idle = new Promise<void>((resolve) => {
      finish = () => {
        order.push('idle')
        resolve()
      }
    })
    const stopped = stopping(order, idle, 60_000)
    expect(order).toEqual(['away'])
    finish()
    await stopped
    expect(order).toEqual(['away', 'idle', 'cut', 'answered', 'floors'])
  })

  test('cuts what still runs when its time is over', async () => {
    const order: string[] = []
    await stopping(order, new Promise(() => {}), 0)
    expect(order).toEqual(['away', 'cut', 'answered', 'floors'])
  })

  test('goes on when the log takes its last entry no more', async () => {
    const append = () => Promise.reject(new Refusal('UNAVAILABLE'))
    await expect(lastEntry({ append }).close()).resolves.toBeUndefined()
  })
})

describe('the end of a process', () => {
  const ending = (close: () => Promise<unknown>) => {
    const clock = { ms: 0 }
    const exits: number[] = []
    const end = openProcessEnd({ close, exit: (code) => void exits.push(code), now: () => clock.ms })
    return { clock, exits, end }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('has the status of what began it, once', async () => {
    const { end, exits } = ending(async () => {})
    end.begin(71)
    end.begin(70)
    await settled()
    expect(exits).toEqual([71])
  })

  test('has 0 after a signal, and 1 where not all could be closed', async () => {
    const good = ending(async () => {})
    const bad = ending(() => Promise.reject(new Error('no')))
    for (const { end } of [good, bad]) end.signal(143)
    await settled()
    expect([good.exits, bad.exits]).toEqual([[0], [1]])
  })

  test('comes at once with a second signal, unless that is the first one passed on', () => {
    const { clock, end, exits } = ending(() => new Promise(() => {}))
    end.signal(130)
    clock.ms = 100
    end.signal(130)
    expect(exits).toEqual([])
    clock.ms = 600
    end.signal(130)
    expect(exits).toEqual([130])
  })

  test('comes after 30 seconds whatever hangs, and does not say that all went well', () => {
    jest.useFakeTimers()
    try {
      const { end, exits } = ending(() => new Promise(() => {}))
      end.signal(143)
      jest.advanceTimersByTime(29_999)
      expect(exits).toEqual([])
      jest.advanceTimersByTime(1)
      expect(exits).toEqual([1])
    } finally {
      jest.useRealTimers()
    }
  })
})
