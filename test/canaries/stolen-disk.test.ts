/** Nothing of persons, and nothing of a file that somebody sent, can be read on a stolen disk (security.md 11, 14.3). */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sha256 } from '../../services/kernel/hash.ts'
import { memoryLack } from '../../services/keys/clear-area.ts'
import { type Answer, type System, startSystem } from '../contract/system.ts'
import { formsOf, isTable, readableIn } from './stolen-disk.ts'
import { goOn, live, question, questionOnDerived, type Study, textsOf } from './stolen-house.ts'

/** Where memory is missing or small, as in a container of 64 MiB, a demo keeps plain files in its home and says so. */
const lack = await memoryLack()
if (lack !== null) process.stderr.write(`/dev/shm is ${lack} here: what a stolen disk tells is not tried\n`)
const remembered = lack === null ? test : test.skip

const persons = [7, 11]
const texts = textsOf(persons)

let system: System
let study: Study
let whileOpen: readonly string[]
let crashed: readonly string[]
let before: Answer
let clear: string

/** As keys/clear-area.ts calls it: who looks from outside must know where. */
const clearOf = (home: string) => `/dev/shm/huisclos-${process.getuid?.() ?? 0}-${sha256(home).slice(0, 16)}`

beforeAll(async () => {
  if (lack !== null) return
  system = await startSystem()
  clear = clearOf(system.home)
  study = await live(system, persons)
  before = await ask(question)
  whileOpen = await readableIn(clear, texts)
  await system.stop('SIGKILL')
  crashed = await readableIn(system.home, texts)
  system = await startSystem({ home: system.home })
}, 180_000)

afterAll(async () => {
  await system?.remove()
})

const ask = (sql: string) =>
  system.call('POST', `/api/v1/projects/${study.project}/queries`, { as: 'alice', body: { sql } })

remembered('the search sees: what is open lies plain in memory, for its owner alone', async () => {
  expect(whileOpen.filter((one) => one.startsWith('Parquet ')).length).toBeGreaterThan(1)
  expect(whileOpen.filter((one) => one.startsWith('text '))).not.toEqual([])
})

describe('on a disk that was carried away', () => {
  remembered(
    'after a crash, with a bulle open, a deposit that waits and an upload half there, nothing can be read',
    () => {
      expect(crashed).toEqual([])
    },
  )

  remembered('the house opens again by itself, with all that it had acknowledged', async () => {
    expect(before.status).toBe(200)
    const again = await ask(question)
    expect(again.json.rows).toEqual(before.json.rows)
    expect((await ask(questionOnDerived)).status).toBe(200)
    expect(await goOn(system, study)).toEqual([study.upload.offset, 204])
    const deposit = await system.call('GET', `/api/v1/deposits/${study.waiting}`, { as: 'rouen' })
    expect(deposit.json.tables).toHaveLength(1)
    expect((await stat(clear)).mode & 0o777).toBe(0o700)
  })

  remembered('a project that is suspended has nothing left in memory', async () => {
    const opened = join(clear, 'bulle', study.project)
    expect(await readdir(opened)).not.toEqual([])
    const at = `/api/v1/habilitations/${study.habilitation}/suspension`
    const { status } = await system.call('POST', at, { as: 'nadia', body: { reason: 'A drill.' } })
    expect(status).toBe(200)
    const isGone = async () => (await readdir(opened).catch(() => [])).length === 0
    while (!(await isGone())) await wait(20)
    expect((await ask(question)).json.code).toBe('SUSPENDED')
  })

  remembered('after a stop nothing can be read, and nothing is left in memory', async () => {
    await system.stop()
    expect(await readableIn(system.home, texts)).toEqual([])
    await expect(stat(clear)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a build that writes where it should not is found out', () => {
  const secret = texts[0] ?? ''
  const spools: readonly (readonly [string, Buffer])[] = [
    ['a spool of rows', Buffer.from(`a;b;c\n1;2;${secret}\n3;4;5\n`)],
    ['a spool of rows of which no value is looked for', Buffer.from('a;b;c\n1;2;3\n3;4;5\n')],
    ['a line of a log', Buffer.from(`{"error":"${secret}"}`)],
    ['a memory image', Buffer.concat([Buffer.alloc(5000, 255), Buffer.from(secret, 'utf16le')])],
    ['a body kept in base64', Buffer.from(Buffer.from(`x${secret}x`).toString('base64'))],
    ['a Parquet file', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100)])],
    ['a packed file', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(100)])],
  ]
  test.each(spools)('%s', async (_, bytes) => {
    const home = await mkdtemp(join(tmpdir(), 'huisclos-spool-'))
    await writeFile(join(home, 'spool'), bytes)
    expect(await readableIn(home, texts)).not.toEqual([])
    await rm(home, { recursive: true })
  })

  test('but hashes are no table, whatever their bytes are by chance', async () => {
    const line = Buffer.from([0x1b, 0x2c, 0xe4, 0x2c, 0x03, 0x0a])
    expect(isTable(Buffer.concat([line, line, line, line]))).toBe(false)
    expect(isTable(Buffer.from('a;b;c\n1;2;3\n3;4;5\n6;7;8\n', 'utf16le'))).toBe(true)
  })

  test('a text is looked for in each of its forms', () => {
    expect(formsOf('abc').map(String)).toContain('616263')
    expect(new Set(formsOf(secret).map((form) => form.toString('latin1'))).size).toBe(9)
  })
})
