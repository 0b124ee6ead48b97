import { afterEach, describe, expect, test } from '@jest/globals'
import { openRunning, type Run, type Start } from '../../services/query/running.ts'

const alice = { issuer: 'demo', subject: 'alice' }
const bruno = { issuer: 'demo', subject: 'bruno' }
const clock = { now: () => 1_000_000 }
const running = openRunning(clock)
const runs: Run[] = []

function start(about: Partial<Start> = {}): Run {
  const run = running.start({
    id: `q${runs.length}`,
    project: 'p',
    by: alice,
    until: { at: Number.MAX_SAFE_INTEGER, code: 'EXPIRED' },
    timeoutMs: 60_000,
    ...about,
  })
  runs.push(run)
  return run
}

afterEach(() => {
  for (const run of runs) run.end()
})

const never = () => new Promise<never>(() => {})

describe('a running query', () => {
  test('is stopped at once with the code of the stop, whatever the engine does', async () => {
    const run = start()
    const waiting = run.wait(never())
    running.stop('p', 'SUSPENDED')
    await expect(waiting).rejects.toMatchObject({ code: 'SUSPENDED', facts: { rule: 'query.revoked' } })
    expect(run.signal.aborted).toBe(true)
  })

  test('answers why it was stopped, not what the engine says of it', async () => {
    const run = start()
    const waiting = run.wait(
      new Promise((_, reject) => {
        run.signal.addEventListener('abort', () => reject(new Error('interrupted')))
      }),
    )
    running.stop('p', 'REVOKED')
    await expect(waiting).rejects.toMatchObject({ code: 'REVOKED' })
  })

  test('does not go on with a step that ended while it was stopped', async () => {
    const run = start()
    running.stop('p', 'SUSPENDED')
    expect(() => run.check()).toThrow(expect.objectContaining({ code: 'SUSPENDED' }))
    await expect(run.wait(Promise.resolve(1))).rejects.toMatchObject({ code: 'SUSPENDED' })
  })

  test('is left alone by the stop of another project and of a dataset that it does not read', () => {
    const run = start()
    run.reads(['mine', 'mine'])
    running.stop('other', 'SUSPENDED')
    running.stop('p', 'LINE_CLOSED', { dataset: 'another' })
    expect(() => run.check()).not.toThrow()
    running.stop('p', 'LINE_CLOSED', { dataset: 'mine' })
    expect(() => run.check()).toThrow(expect.objectContaining({ code: 'LINE_CLOSED' }))
  })

  test('is stopped by the stop of any dataset while nobody knows what it reads', () => {
    const run = start()
    running.stop('p', 'LINE_CLOSED', { dataset: 'any' })
    expect(() => run.check()).toThrow(expect.objectContaining({ code: 'LINE_CLOSED' }))
  })

  test('ends with its permit, as EXPIRED', async () => {
    const run = start({ until: { at: clock.now() + 5, code: 'EXPIRED' } })
    await expect(run.wait(never())).rejects.toMatchObject({
      code: 'EXPIRED',
      facts: { rule: 'query.deadline' },
    })
  })

  test('is stopped by the stop of its person, and of nobody else', () => {
    const run = start()
    running.stop('p', 'SUSPENDED', { person: bruno })
    expect(() => run.check()).not.toThrow()
    running.stop('p', 'SUSPENDED', { person: { ...alice, issuer: 'elsewhere' } })
    expect(() => run.check()).not.toThrow()
    running.stop('p', 'SUSPENDED', { person: alice })
    expect(() => run.check()).toThrow(
      expect.objectContaining({
        code: 'SUSPENDED',
        facts: expect.objectContaining({ fact: expect.anything() }),
      }),
    )
  })

  test('is stopped by the closure of its session, and of no other', () => {
    const run = start({ by: { ...alice, session: 's1' } })
    const without = start()
    running.stopSessions(['s2'])
    expect(() => run.check()).not.toThrow()
    running.stopSessions(['s1'])
    expect(() => run.check()).toThrow(
      expect.objectContaining({
        code: 'UNAUTHENTICATED',
        facts: expect.objectContaining({ rule: 'query.revoked' }),
      }),
    )
    expect(() => without.check()).not.toThrow()
  })

  test('does not begin when its session was closed while the call was on its way', () => {
    running.stopSessions(['closed'])
    expect(() => start({ by: { ...alice, session: 'closed' } })).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    )
    expect(() => start({ by: { ...alice, session: 'open' } })).not.toThrow()
  })

  test('ends at its deadline', async () => {
    const run = start({ timeoutMs: 5 })
    await expect(run.wait(never())).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      facts: { rule: 'query.deadline' },
    })
  })

  test('does not spend its time while it waits for its turn', async () => {
    const run = start({ timeoutMs: 5, waitMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(() => run.check()).not.toThrow()
    run.begins()
    await expect(run.wait(never())).rejects.toMatchObject({ facts: { rule: 'query.deadline' } })
  })

  test('ends when its client goes away, before or after it started', async () => {
    const client = new AbortController()
    const run = start({ client: client.signal })
    const waiting = run.wait(never())
    client.abort()
    await expect(waiting).rejects.toMatchObject({ facts: { rule: 'query.client' } })
    expect(() => start({ client: client.signal }).check()).toThrow()
  })

  test('is waited for by whoever must not take its files away, and no other is', async () => {
    const [own, other] = [start(), start({ project: 'other' })]
    let isOver = false
    const ended = running.ended('p').then(() => {
      isOver = true
    })
    const later = start()
    other.end()
    await Promise.resolve()
    expect(isOver).toBe(false)
    own.end()
    await ended
    expect(running.isRunning(later.id, 'p', alice)).toBe(true)
    await running.ended('nobody')
  })

  test('is cancelled by its own person only', () => {
    const run = start({ id: 'mine' })
    expect(running.cancel('mine', 'p', bruno)).toBe(false)
    expect(running.cancel('mine', 'other', alice)).toBe(false)
    expect(() => run.check()).not.toThrow()
    expect(running.cancel('mine', 'p', alice)).toBe(true)
    expect(() => run.check()).toThrow()
  })

  test('keeps its id to itself, and is forgotten when it ends', () => {
    const run = start({ id: 'same' })
    expect(() => start({ id: 'same' })).toThrow(expect.objectContaining({ code: 'CONFLICT' }))
    run.end()
    expect(running.isRunning('same', 'p', alice)).toBe(false)
  })

  test('hands on what its work gives, and what its work throws', async () => {
    const run = start()
    expect(await run.wait(Promise.resolve(7))).toBe(7)
    await expect(run.wait(Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug')
  })
})
