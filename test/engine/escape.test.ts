/**
 * The guard of the text switched off: statements go as they are to a worker in its box. Nothing comes out: no file, no socket, no other
 * extract, no environment. First through the workers of the house, whose engine is locked; then with an engine that nobody locked.
 */
import { afterEach, describe, expect, test } from '@jest/globals'
import { launchBare } from '../../services/engine/box/launch.ts'
import { failureOf } from '../../services/engine/failure.ts'
import { type Process, startProcess } from '../../services/engine/process.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVault } from '../../services/engine/vault.ts'
import { attach } from '../../services/engine/worker.ts'
import { boxed } from '../boxed.ts'
import { dice } from '../property/seed.ts'
import { type Attempt, openSurroundings, type Surroundings } from './escape.ts'
import { limits, MIB, sql, temporaryFolder } from './fixture.ts'

const opened: { close(): Promise<void> }[] = []
function keep<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one)
  return one
}
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const surroundings = async () => keep(await openSurroundings())

type Run = (attempt: Attempt) => Promise<unknown>

/** What came out, by kind, with the statements by which it did. */
async function tried(around: Surroundings, attempts: readonly Attempt[], run: Run) {
  const out: Record<string, readonly string[]> = {}
  for (const attempt of attempts) {
    const answer = await run(attempt).catch(() => null)
    for (const what of await around.leaks(JSON.stringify(answer)))
      out[what] = [...(out[what] ?? []), attempt.text]
  }
  return out
}

const entry = new URL('./unlocked-worker.ts', import.meta.url)
const options = { name: 'unlocked', memoryBytes: 256 * MIB }
const soon = { timeoutMs: 5000 }

/** Runs on a process of the kind, and on a new one where it is gone. */
function onProcess(start: () => Promise<Process>): Run {
  let process: Process | undefined
  keep({ close: async () => process?.kill() })
  return async (attempt) => {
    if (!process?.alive) process = await start()
    return process.call('run', attempt, soon)
  }
}

/** A seeded part of them, for what costs a process each. */
function some(attempts: readonly Attempt[], count: number): readonly Attempt[] {
  const random = dice(42)
  return Array.from({ length: count }, () => random.pick(attempts))
}

describe('with the guard of the text off', () => {
  boxed(
    'the worker of a bulle lets nothing out',
    async () => {
      const around = await surroundings()
      const vault = keep(await openVault({ threads: 1 }))
      const { signal } = new AbortController()
      const mounts = [{ schema: 's', name: 'own', file: around.own }]
      const open = async () => keep(await vault.open({ id: 'bulle', mounts }, { limits, signal }))
      let session = await open()
      const run: Run = async ({ text }) => {
        const answer = await session.run(sql(text)).catch((error: unknown) => failureOf(error))
        // A process that a statement ended refuses all that comes after: the next one has another.
        if (answer === 'crash' || answer === 'memory') session = await open()
        return answer
      }
      expect(await tried(around, around.statements, run)).toEqual({})
      expect((await session.run(sql('SELECT said FROM s.own LIMIT 1'))).rows).toEqual([['of this project']])
    },
    120_000,
  )

  boxed(
    'the release worker lets nothing out',
    async () => {
      const around = await surroundings()
      const { path: scratch, remove } = await temporaryFolder()
      keep({ close: remove })
      const releaser = keep(await openReleaser({ threads: 1, memoryBytes: 256 * MIB, scratch, processes: 1 }))
      const { signal } = new AbortController()
      const mounts = [{ schema: 's', name: 'own', file: around.own }]
      const run: Run = ({ text }) =>
        releaser.finish({ tables: [], mounts, statement: sql(text) }, { limits, signal, bulle: 'p' })
      expect(await tried(around, some(around.statements, 25), run)).toEqual({})
    },
    120_000,
  )
})

describe('with the locks of the engine off as well', () => {
  boxed(
    'the box of a bulle lets nothing out',
    async () => {
      const around = await surroundings()
      const run = onProcess(() => startProcess({ entry, ...options, box: { read: [around.own] } }))
      expect(await run({ text: `SELECT said FROM '${around.own}' LIMIT 1`, fresh: false })).toBe(
        'of this project',
      )
      expect(await tried(around, around.statements, run)).toEqual({})
    },
    120_000,
  )

  boxed(
    'a box with a folder of its own in memory leaves nothing there',
    async () => {
      const around = await surroundings()
      const run = onProcess(() => startProcess({ entry, ...options, box: { scratch: around.home } }))
      const changes = around.statements.filter(({ fresh }) => fresh)
      expect(await tried(around, changes, run)).toEqual({})
    },
    120_000,
  )

  boxed('a box that shows one folder too many is found out', async () => {
    const around = await surroundings()
    const run = onProcess(() => startProcess({ entry, ...options, box: { read: [around.folder] } }))
    const out = await tried(around, around.statements.slice(0, 40), run)
    expect(Object.keys(out)).toEqual(['reads a file'])
  })

  boxed('a box that may write one folder too many is found out', async () => {
    const around = await surroundings()
    const run = onProcess(() => startProcess({ entry, ...options, box: { write: [around.folder] } }))
    const changes = around.statements.filter(({ fresh }) => fresh).slice(-30)
    expect(Object.keys(await tried(around, changes, run))).toContain('writes a file')
  })

  test('no box is found out: files are read and written, and sockets opened', async () => {
    const around = await surroundings()
    const run = onProcess(() => attach(launchBare({ entry }), options))
    const changes = around.statements.filter(({ fresh }) => fresh).slice(-30)
    const out = await tried(around, [...around.statements.slice(0, 60), ...changes], run)
    expect(Object.keys(out).toSorted()).toEqual(['opens a socket', 'reads a file', 'writes a file'])
  }, 60_000)
})
