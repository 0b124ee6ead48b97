/** A copy of a log that is being written: it opens as a log, it verifies, and it has all that was acknowledged before it began. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { copyLog } from '../../services/audit/copy.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { type AuditLog, openAudit } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { by, never, openHome, reading, type TestHome } from './open-log.ts'

let source: TestHome
let folder: string
let log: AuditLog | undefined

beforeEach(async () => {
  source = await openHome()
  folder = await mkdtemp(join(tmpdir(), 'huisclos-copied-log-'))
})
afterEach(async () => {
  await log?.close()
  log = undefined
  await source.remove()
  await rm(folder, { recursive: true, force: true })
})

const put = (home: string) => async (path: string, bytes: Uint8Array) => {
  await mkdir(dirname(join(home, path)), { recursive: true })
  await writeFile(join(home, path), bytes)
}

/** Copies the log and the keys beside it, as a backup does, and opens the copy. */
async function copied(name: string, before: (path: string) => Promise<void> = async () => {}) {
  const home = join(folder, name)
  const write = put(home)
  const shards = await copyLog(source.home, async (path, bytes) => {
    await write(path, bytes)
    await before(path)
  })
  for (const key of ['audit-2026.pem', 'audit-keyring.json'])
    await write(`keys/${key}`, await readFile(join(source.home, 'keys', key)))
  const verdict = await verifyLog({ dir: join(home, 'audit') })
  const { clock } = source
  const lease = { epoch: 1_000, lost: never }
  const opened = await openAudit({
    ...{ home, clock, log: silentLog, host: 'huisclos.demo', lease },
    ...{ onEntry: () => {}, onFatal: () => {} },
  })
  const { size } = opened
  const contents = await Promise.all(Array.from({ length: size }, (_, seq) => opened.unseal(seq)))
  await opened.close()
  return { shards, verdict, size, contents }
}

/** Appends, four callers at a time, until told to stop; answers how many were acknowledged so far. */
function busy(audit: AuditLog) {
  let isOver = false
  let acknowledged = audit.size
  const one = async () => {
    while (!isOver) {
      const { seq } = await audit.append(reading, { by: by('alice'), sealed: { route: 'x'.repeat(200) } })
      acknowledged = Math.max(acknowledged, seq + 1)
      await pause(1)
    }
  }
  const done = Promise.all(Array.from({ length: 4 }, one))
  return {
    size: () => acknowledged,
    stop: async () => {
      isOver = true
      await done
    },
  }
}

test('copies taken while entries arrive have all that was acknowledged before, and go on as logs', async () => {
  log = await source.open()
  await log.append(reading, { by: by('alice') })
  await log.append(reading, { by: by('alice'), sealed: { route: 'x'.repeat(200) } })
  const work = busy(log)
  for (const name of ['one', 'two', 'three']) {
    const before = work.size()
    const { verdict, size, shards, contents } = await copied(name)
    expect(verdict.status).toBe('intact')
    expect(size).toBeGreaterThanOrEqual(before)
    expect(contents.slice(2, before)).toEqual(Array(before - 2).fill({ route: 'x'.repeat(200) }))
    expect(shards).toMatchObject([{ shard: '2026', origin: 'huisclos.demo/audit/2026' }])
  }
  await work.stop()
}, 60_000)

test('a tile that fills while it is copied is read again', async () => {
  const audit = await source.open()
  log = audit
  for (let n = 0; n < 200; n += 1) await audit.append(reading, { by: by('alice') })
  await audit.checkpoint()
  let isFilled = false
  const { verdict, size } = await copied('filled', async (path) => {
    if (isFilled || !path.includes('/tile/')) return
    isFilled = true
    for (let n = 0; n < 100; n += 1) await audit.append(reading, { by: by('alice') })
    await audit.checkpoint()
  })
  expect(isFilled).toBe(true)
  expect(verdict.status).toBe('intact')
  expect(size).toBeGreaterThanOrEqual(300)
})

test('entries that no checkpoint covers yet travel in the journal, with their sealed contents', async () => {
  log = await source.open()
  await log.checkpoint()
  const { seq } = await log.append(reading, { by: by('alice'), sealed: { reason: 'said once' } })
  const { shards, size, contents } = await copied('journal')
  expect(shards[0]?.size).toBeLessThanOrEqual(seq)
  expect(size).toBeGreaterThan(seq)
  expect(contents[seq]).toEqual({ reason: 'said once' })
})

test('a log that nobody writes is copied whole, and a tile that is missing is said', async () => {
  const audit = await source.open()
  for (let n = 0; n < 300; n += 1) await audit.append(reading, { by: by('alice') })
  await audit.close()
  expect(await copied('stopped')).toMatchObject({ size: audit.size, verdict: { status: 'intact' } })
  await rm(join(source.home, 'audit/2026/tile/0/000'))
  await expect(copied('torn')).rejects.toThrow('the log 2026 is not whole')
})
