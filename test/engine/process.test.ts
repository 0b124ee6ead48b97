import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import { machineSandbox } from '../../services/engine/box/sandbox.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { type Process, type ProcessOptions, startProcess } from '../../services/engine/process.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { MIB } from './fixture.ts'

const entry = new URL('./hostile-worker.ts', import.meta.url)
const soon = { timeoutMs: 20_000 }
/** Nothing is read or sent meanwhile, and no timer runs. */
const standStill = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const started: Process[] = []

async function start(options: Partial<ProcessOptions> = {}): Promise<Process> {
  const process = await startProcess({ entry, name: 'hostile', memoryBytes: 64 * MIB, ...options })
  started.push(process)
  return process
}

/** The refusal of a call that must not succeed, with the kind behind it. */
async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Refusal)
  const refusal = error as Refusal
  return { code: refusal.code, facts: refusal.facts, kind: failureOf(refusal) }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

afterEach(async () => {
  for (const process of started.splice(0)) {
    process.kill()
    await process.closed
  }
})

function listed(...words: readonly string[]): readonly (readonly string[])[] {
  try {
    const lines = execFileSync('ps', words, { encoding: 'utf8' }).trim().split('\n')
    return lines.map((line) => line.trim().split(/\s+/))
  } catch {
    // Nobody of that kind.
    return []
  }
}

/** Boxes and bare workers below a process. */
const childrenOf = (pid: number) =>
  listed('-o', 'pid=,comm=', '--ppid', String(pid))
    .filter(([, name]) => name === 'bwrap' || name === 'node' || name === 'MainThread')
    .map(([one]) => Number(one))
const groupOf = (pid: number) => Number(listed('-o', 'pgid=', '-p', String(pid))[0]?.[0])

describe('a worker process', () => {
  test('answers with what JSON cannot say: bigint, bytes, texts that look escaped', async () => {
    const process = await start()
    const body = {
      big: 2n ** 100n,
      bytes: new Uint8Array([0, 255]),
      odd: '\u0000n12',
      nested: [[-1n]],
      none: null,
    }
    const answer = (await process.call('echo', body, soon)) as typeof body
    expect({ ...answer, bytes: [...answer.bytes] }).toEqual({ ...body, bytes: [0, 255] })
  })

  test('tells how far a call is while it runs', async () => {
    const worker = await start()
    const said: unknown[] = []
    const onProgress = (one: unknown) => said.push(one)
    await worker.call('counting', { share: 0.5, rows: 3 }, { timeoutMs: 10_000, onProgress })
    expect(said[0]).toEqual({ share: 0.5, rows: 3 })
  })

  test('that tells something else than numbers is killed', async () => {
    const worker = await start()
    const call = worker.call('counting', { share: 'a row of a person' }, { timeoutMs: 10_000 })
    await expect(call).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(worker.alive).toBe(false)
  })

  test('answers with more than one frame holds', async () => {
    const process = await start()
    const body = 'é'.repeat(5 * MIB)
    expect(await process.call('echo', body, soon)).toBe(body)
  })

  test('has an empty environment and no working folder of ours', async () => {
    const process = await start()
    const answer = await process.call('environment', null, soon)
    const isBoxed = (await machineSandbox()).kind === 'bubblewrap'
    expect(answer).toMatchObject({
      names: isBoxed ? ['PWD', 'TZ'] : ['TSX_DISABLE_CACHE', 'TZ'],
      folder: '/',
    })
  })

  test('that fails tells the class of the error and never its message', async () => {
    const process = await start()
    const error = await process.call('fail', null, soon).catch((reason: unknown) => reason)
    expect(failureOf(error)).toBe('failed')
    const cause = (error as Refusal).cause as Error
    expect(cause.message).toBe('failed: Conversion Error')
    expect(await process.call('echo', 1, soon)).toBe(1)
  })

  test('that dies rejects all its calls', async () => {
    const process = await start()
    const second = process.call('echo', 2, soon)
    const last = process.call('die', null, soon)
    // Nothing is read here until it is dead: the next call finds that out before the answer to the first one is seen.
    standStill(1000)
    const calls = [last, process.call('echo', 1, soon)]
    expect(await second).toBe(2)
    for (const call of calls)
      expect(await failure(call)).toEqual({ code: 'QUERY_FAILED', facts: {}, kind: 'crash' })
    await process.closed
    expect(process.alive).toBe(false)
    expect((await failure(process.call('echo', 1, soon))).kind).toBe('crash')
  })

  test.each(['garbage', 'unasked', 'chatter'])('that sends %s is killed', async (method) => {
    const process = await start()
    await process.call(method, null, soon).catch(() => {})
    await process.closed
    expect(process.alive).toBe(false)
  })

  test('that answers more than the cap is killed', async () => {
    const process = await start({ maxAnswerBytes: MIB })
    expect((await failure(process.call('long', null, soon))).kind).toBe('crash')
    await process.closed
  })

  test('is interrupted at the deadline and lives on when it stops in time', async () => {
    const process = await start()
    expect((await failure(process.call('wait', null, { timeoutMs: 50 }))).kind).toBe('deadline')
    expect(await process.call('echo', 1, soon)).toBe(1)
  })

  test('that stops in time lives on, though its parent stood still meanwhile', async () => {
    const process = await start()
    const caller = new AbortController()
    const left = failure(process.call('wait', null, { ...soon, signal: caller.signal }))
    await pause(50)
    // Between the pipes of one turn and the timers of the next: that of the kill is over before the answer can be read.
    setImmediate(() => {
      caller.abort()
      standStill(700)
    })
    expect((await left).kind).toBe('aborted')
    expect(await process.call('echo', 1, soon)).toBe(1)
  })

  test('is killed half a second after a deadline that it ignores', async () => {
    const process = await start()
    const began = performance.now()
    expect((await failure(process.call('deaf', null, { timeoutMs: 50 }))).kind).toBe('deadline')
    expect(performance.now() - began).toBeGreaterThan(500)
    await process.closed
  })

  test('is interrupted, then killed, when the caller gives up', async () => {
    const process = await start()
    const given = new AbortController()
    const call = process.call('deaf', null, { timeoutMs: 20_000, signal: given.signal })
    given.abort()
    expect((await failure(call)).kind).toBe('aborted')
    await process.closed
    expect((await failure(process.call('echo', 1, { ...soon, signal: given.signal }))).kind).toBe('aborted')
  })

  const watched = existsSync('/proc/self/status') ? test : test.skip
  watched('that outgrows its memory is killed, or is refused more where its box has a limit', async () => {
    const process = await start({ memoryBytes: MIB })
    const isBoxed = (await machineSandbox()).kind === 'bubblewrap'
    const { kind } = await failure(process.call('grow', null, soon))
    expect(isBoxed ? ['failed', 'memory'] : ['memory']).toContain(kind)
  })

  test('has a session of its own: an interrupt typed in the terminal does not reach it', async () => {
    await start()
    const children = childrenOf(process.pid)
    expect(children.length).toBeGreaterThan(0)
    for (const pid of children) expect(groupOf(pid)).toBe(pid)
  })

  test('does not outlive a parent that is killed', async () => {
    const tsx = createRequire(import.meta.url).resolve('tsx')
    const parent = spawn(process.execPath, [
      '--import',
      tsx,
      fileURLToPath(new URL('./parent.ts', import.meta.url)),
    ])
    await once(parent.stdout, 'data')
    const below = [...childrenOf(parent.pid ?? 0)]
    below.push(...below.flatMap(childrenOf))
    expect(below.length).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    // Nobody is told of the end of a grandchild: look until it is gone, the test's own time limit is the bound.
    while (below.some(isRunning)) await pause(5)
    expect(below.some(isRunning)).toBe(false)
  })

  test('that does not exist is a failure, not a hang', async () => {
    const missing = new URL('./no-such-worker.ts', import.meta.url)
    expect((await failure(startProcess({ entry: missing, name: 'missing', memoryBytes: MIB }))).kind).toBe(
      'crash',
    )
  })
})
