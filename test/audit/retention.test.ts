/** A year of the log ends as a whole, in its time, and the log says so itself. */
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import { act, fillLog, openHome, reading, type TestHome } from './open-log.ts'

const rule = { months: 12, needsCosigned: false }

let home: TestHome
let audit: AuditLog
let dir = ''

const append = () => audit.append(reading, act('alice', 'P1'))
const pruned = () => home.indexed.filter(({ body }) => body.type === 'retention.pruned')

beforeEach(async () => {
  home = await openHome()
  dir = join(home.home, 'audit')
  audit = await home.open()
  await fillLog(audit, 6)
  home.clock.set('2027-02-01T00:00:00.000Z')
  await append()
})
afterEach(async () => {
  await audit.close()
  await home.remove()
})

describe('a year of the log', () => {
  test('stays until its last day is twelve months old, then goes with its keys and is accounted for', async () => {
    home.clock.set('2027-12-31T23:59:59.999Z')
    expect(await audit.drop(rule)).toEqual([])
    const before = await verifyLog({ dir })
    home.clock.set('2028-01-01T00:00:00.000Z')
    const [alice] = home.indexed.filter(({ shard, actor }) => shard === '2026' && actor?.subject === 'alice')
    expect(await audit.drop(rule)).toEqual(['2026'])
    expect(audit.shards).toEqual(['2027', '2028'])
    await audit.close()
    expect((await readdir(dir)).sort()).toEqual(['2027', '2028'])
    const keys = await readdir(join(home.home, 'keys'))
    expect(keys.filter((name) => name.includes('2026'))).toEqual([])
    const keyring = await readFile(join(home.home, 'keys/audit-keyring.json'), 'utf8')
    expect([alice?.actor?.ps ?? 'nobody', '2026'].filter((text) => keyring.includes(text))).toEqual([])
    expect(await verifyLog({ dir })).toMatchObject({ status: 'intact' })
    expect(await verifyLog({ dir, since: before.state })).toMatchObject({ status: 'intact' })
    audit = await home.open()
    await append()
    expect(audit.shards).toEqual(['2027', '2028'])
  })

  test('goes for good when the process dies on the way', async () => {
    home.clock.set('2028-01-01T00:00:00.000Z')
    const kept = join(home.home, 'kept')
    await cp(join(dir, '2026'), kept, { recursive: true })
    await audit.drop(rule)
    await audit.close()
    // As if it had stopped before, then after, the folder was moved.
    await cp(kept, join(dir, '2026'), { recursive: true })
    expect(await verifyLog({ dir })).toMatchObject({ status: 'intact' })
    audit = await home.open()
    expect(await audit.drop(rule)).toEqual(['2026'])
    expect(pruned()).toHaveLength(2)
    await audit.close()
    await cp(kept, join(dir, '.dropped'), { recursive: true })
    audit = await home.open()
    expect((await readdir(dir)).sort()).toEqual(['2027', '2028'])
  })

  test('that simply vanishes is missed', async () => {
    await audit.close()
    await rm(join(dir, '2026'), { recursive: true })
    const verdict = await verifyLog({ dir })
    expect(verdict).toMatchObject({ exitCode: 1, class: 'shard' })
    expect(verdict.message).toMatch(/2026 is gone, and no entry says that it was dropped/)
    expect(await verifyLog({ dir: join(dir, '2027') })).toMatchObject({ status: 'intact' })
  })

  test('that an entry drops too early is missed', async () => {
    const { size } = await audit.trees.signed('2026')
    const early = { type: 'retention.pruned' as const, origin: 'huisclos.demo/audit/2026', size, root: 'x' }
    const { seq } = await audit.append({ ...early, months: 12 }, {})
    await audit.close()
    const verdict = await verifyLog({ dir })
    expect(verdict).toMatchObject({ exitCode: 1, class: 'shard', firstBadSeq: seq })
  })

  test('goes as it stood at its end, or is missed', async () => {
    home.clock.set('2028-02-01T00:00:00.000Z')
    const { size } = await audit.trees.signed('2026')
    const other = { type: 'retention.pruned' as const, origin: 'huisclos.demo/audit/2026', size, root: 'x' }
    await audit.append({ ...other, months: 12 }, {})
    await audit.close()
    await rm(join(dir, '2026'), { recursive: true })
    expect(await verifyLog({ dir })).toMatchObject({ exitCode: 1, class: 'shard' })
  })

  test('is kept for longer with a reason only, which is kept with the entry', async () => {
    home.clock.set('2029-06-30T00:00:00.000Z')
    for (const months of [11, 37, 12.5])
      await expect(audit.drop({ ...rule, months })).rejects.toThrow(RangeError)
    await expect(audit.drop({ ...rule, months: 30 })).rejects.toThrow(/with a reason only/)
    const long = { ...rule, months: 30, reason: 'An inquiry.' }
    expect(await audit.drop(long)).toEqual([])
    home.clock.set('2029-07-01T00:00:00.000Z')
    expect(await audit.drop(long)).toEqual(['2026'])
    const [entry] = pruned()
    expect(entry?.body).toMatchObject({ months: 30 })
    expect(await audit.unseal(entry?.seq ?? -1, entry?.shard)).toEqual({ reason: 'An inquiry.' })
  })

  test('waits for its witnesses, where there are any', async () => {
    home.clock.set('2028-01-01T00:00:00.000Z')
    await append()
    expect(await audit.drop({ ...rule, needsCosigned: true })).toEqual([])
    const { note } = await audit.trees.signed('2026')
    await audit.trees.keepCosigned('2026', note)
    expect(await audit.drop({ ...rule, needsCosigned: true })).toEqual(['2026'])
  })
})
