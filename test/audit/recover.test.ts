import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import { act, fillLog, intent, openHome, reading, type TestHome } from './open-log.ts'

let test_: TestHome
beforeEach(async () => {
  test_ = await openHome()
})
afterEach(() => test_.remove())

const verify = (home = test_.home) => verifyLog({ dir: join(home, 'audit') })

/** The home as a kill would leave it now; the running one is then closed and put aside. */
async function killed(audit: AuditLog): Promise<void> {
  const copy = `${test_.home}-killed`
  await cp(test_.home, copy, { recursive: true })
  await audit.close()
  await rm(test_.home, { recursive: true })
  await cp(copy, test_.home, { recursive: true })
  await rm(copy, { recursive: true })
}

async function journal(): Promise<string> {
  const wal = join(test_.home, 'audit/2026/wal')
  const [name = ''] = await readdir(wal)
  return join(wal, name)
}

async function types(audit: AuditLog): Promise<string[]> {
  const found: string[] = []
  for await (const { body } of audit.entries(0, audit.size)) found.push(body.type)
  return found
}

describe('a start after a kill', () => {
  test('finds every acknowledged entry again, and says that it recovered', async () => {
    const audit = await test_.open()
    await fillLog(audit, 150)
    await audit.checkpoint()
    await fillLog(audit, 4)
    const { size } = audit
    const before = [...test_.indexed]
    await killed(audit)
    expect(await verify()).toMatchObject({ status: 'intact', entries: size })
    const again = await test_.open()
    const found = []
    for await (const entry of again.entries(0, size)) found.push(entry)
    expect(found).toEqual(before)
    expect((await types(again)).slice(size, size + 1)).toEqual(['log.recovered'])
    await again.close()
    expect((await verify()).status).toBe('intact')
  })

  test('aborts the queries that had begun, once, in their project', async () => {
    const audit = await test_.open()
    const { seq } = await audit.append(intent('q1'), act('alice', 'P1'))
    await killed(audit)
    const again = await test_.open()
    const entry = await again.entry(again.size - 1)
    expect(entry).toMatchObject({ project: 'P1', body: { type: 'query.abort', of: seq, cause: 'restart' } })
    await again.close()
    const third = await test_.open()
    expect((await types(third)).filter((type) => type === 'query.abort')).toHaveLength(1)
    await third.close()
    expect((await verify()).status).toBe('intact')
  })

  test('passes over a torn tail wherever it was torn', async () => {
    const audit = await test_.open()
    await audit.append(reading, {})
    const whole = (await readFile(await journal())).length
    await audit.append(reading, act('alice', 'P1'))
    const all = await readFile(await journal())
    const home = test_.home
    await killed(audit)
    for (let end = whole + 1; end < all.length; end += 149) {
      const copy = `${home}-${end}`
      await cp(home, copy, { recursive: true })
      const wal = join(copy, 'audit/2026/wal')
      const [name = ''] = await readdir(wal)
      await truncate(join(wal, name), end)
      expect(await verify(copy)).toMatchObject({ status: 'intact', entries: 2 })
      const again = await test_.open({ home: copy })
      expect(await types(again)).toEqual(['shard.opened', 'access.read', 'log.recovered'])
      await again.close()
      expect(await verify(copy)).toMatchObject({ status: 'intact', entries: 3 })
      await rm(copy, { recursive: true })
    }
  })

  test('does not start on a journal that no crash explains', async () => {
    const audit = await test_.open()
    await fillLog(audit, 2)
    await killed(audit)
    const path = await journal()
    const bytes = await readFile(path)
    for (const at of [0, 3, 9, 13, 16, 40, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      await writeFile(path, changed)
      const copy = `${test_.home}-${at}`
      await cp(test_.home, copy, { recursive: true })
      expect(await verify(copy)).toMatchObject({ status: 'tampered' })
      await expect(test_.open({ home: copy })).rejects.toMatchObject({ name: 'LogDamaged', exitCode: 72 })
      await rm(copy, { recursive: true })
    }
  })

  test('does not start when the journal that was in use is gone', async () => {
    const audit = await test_.open()
    await fillLog(audit, 2)
    await killed(audit)
    await rm(await journal())
    expect(await verify()).toMatchObject({ status: 'tampered', class: 'missing' })
    await expect(test_.open()).rejects.toMatchObject({ name: 'LogDamaged' })
  })
})

describe('heads', () => {
  test.each([
    ['missing', null],
    ['unreadable', '{'],
    ['wrong', 'swap'],
  ])('that are %s are rebuilt from the bundles', async (_, change) => {
    const audit = await test_.open()
    await fillLog(audit, 120)
    await audit.close()
    const path = join(test_.home, 'audit/2026/heads.json')
    const right = await readFile(path, 'utf8')
    if (change === null) await rm(path)
    else
      await writeFile(path, change === 'swap' ? right.replace(/"P0":{"leaf":"./, '"P0":{"leaf":"_') : change)
    expect((await verify()).status).toBe('tampered')
    const again = await test_.open()
    await again.append(reading, act('alice', 'P0'))
    await again.close()
    expect((await verify()).status).toBe('intact')
  })
})

describe('a log that is not the one that was signed', () => {
  const damage: [string, (folder: string) => Promise<void>][] = [
    ['checkpoint gone', (folder) => rm(join(folder, 'checkpoint'))],
    ['key gone', (folder) => rm(join(folder, 'log.vkey'))],
    ['edge tile gone', (folder) => rm(join(folder, 'tile/0/001.p'), { recursive: true })],
    ['edge bundle gone', (folder) => rm(join(folder, 'tile/entries/001.p'), { recursive: true })],
    ['all gone', (folder) => rm(folder, { recursive: true })],
  ]
  test.each(damage)('does not start: %s', async (_, change) => {
    const audit = await test_.open()
    await fillLog(audit, 120)
    await audit.close()
    await change(join(test_.home, 'audit/2026'))
    await expect(test_.open()).rejects.toMatchObject({ name: 'LogDamaged', exitCode: 72 })
  })

  test('does not start on an older copy of itself', async () => {
    const audit = await test_.open()
    await fillLog(audit, 3)
    await audit.close()
    const [folder, old] = [join(test_.home, 'audit'), join(test_.home, 'old')]
    await cp(folder, old, { recursive: true })
    const again = await test_.open()
    await fillLog(again, 1)
    await again.close()
    await rm(folder, { recursive: true })
    await cp(old, folder, { recursive: true })
    expect((await verify()).status).toBe('intact')
    await expect(test_.open()).rejects.toMatchObject({ name: 'LogDamaged' })
  })
})
