/** A version that its holder recalls, or whose time is over, is given to nobody and leaves a certificate. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Bulles, openBulles } from '../../services/dataset/bulles.ts'
import { setContract } from '../../services/dataset/contracts.ts'
import { readDataset } from '../../services/dataset/deposit.ts'
import {
  endRetention,
  finishWithdrawals,
  readWithdrawn,
  recallVersion,
  type WithdrawalNeeds,
} from '../../services/dataset/withdrawal.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { operatorOf } from '../../services/habilitation/keys.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { verifyCompact } from '../../services/identity/jws.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { declare, deposit, fixedClock, havre, openRoom, person, type Room, rouen } from './room.ts'

let room: Room
let parser: Parser
let bulles: Bulles
let needs: WithdrawalNeeds
beforeAll(async () => {
  room = await openRoom()
  parser = await openParser({ processes: 1 })
  const { home, atRest, keyring, catalogue, audit, keys } = room
  const shared = { home, atRest, keyring, catalogue, audit, parser, log: silentLog, clock: fixedClock }
  bulles = openBulles({ ...shared, memoryBytes: 256 * 1024 ** 2 })
  needs = { ...room.needs, versions: room.versions, keys, shred: bulles.recalled }
})
afterAll(async () => {
  await bulles.close()
  await parser.close()
  await room.close()
})

async function published(name: string, versions: number): Promise<void> {
  const fields = [{ name: 'id', type: 'integer', role: 'unit' }, { name: 'region' }]
  const resources = [{ name: 'people', schema: { fields } }]
  await declare(room.needs, { name, kind: 'personal', holder: 'chu-rouen', resources })
  for (let at = 0; at < versions; at += 1) {
    await deposit(room.needs, name, { people: `id;region\n1;north${at}\n2;south\n` })
  }
}

function permitOn(dataset: string): CurrentPermit {
  const tables = { people: { columns: ['id', 'region'] } }
  const line = {
    id: 'L1',
    dataset,
    holder: 'chu-rouen',
    k: 11,
    holderAct: 'countersign',
    holderJws: '',
    tables,
  }
  const standing = { openLines: ['L1'], suspendedLines: [] }
  // The rest of a permit is nothing to the room of datasets.
  return { permit: { base: `P-${dataset}`, lines: [line] }, standing } as unknown as CurrentPermit
}

const versionOf = async (name: string) => (await readDataset(room.needs, havre, name)).version
const folder = (name: string, version: number) => join(room.home, 'datasets', name, `v${version}`)
const reason = 'A wrong extraction.'

describe('a version that its holder recalls', () => {
  test('leaves the catalogue and the disk, and open projects go on with the one before', async () => {
    await published('two', 2)
    const permit = permitOn('two')
    bulles.seal(permit)
    await bulles.idle()
    expect((await bulles.of(permit)).datasets).toMatchObject([{ version: 2 }])
    const told = await recallVersion(needs, rouen, { dataset: 'two', version: 2, reason })
    expect(await versionOf('two')).toBe(1)
    expect([existsSync(folder('two', 1)), existsSync(folder('two', 2))]).toEqual([true, false])
    await bulles.idle()
    expect((await bulles.of(permit)).datasets).toMatchObject([{ version: 1 }])
    expect(told).toMatchObject({ dataset: 'two', version: 2, cause: 'recall' })
    expect(await readWithdrawn(needs, rouen, { dataset: 'two', version: 2 })).toEqual(told)
  })

  test('is recorded with its reason sealed, and certified by the operator', async () => {
    const { certificate = '' } = await readWithdrawn(needs, rouen, { dataset: 'two', version: 2 })
    const { publicKeys } = operatorOf(room.keys)
    const asked = { token: certificate, keys: publicKeys, typ: 'huisclos-certificate+jws' }
    const { payload } = verifyCompact({ ...asked, algorithms: ['ES256'] })
    const entries = room.audit.entries.map(({ body, about }) => ({ ...body, sealed: about.sealed }))
    const at = (type: string) => entries.findIndex((one) => one.type === type) + 1
    expect(JSON.parse(payload)).toMatchObject({
      ...{ dataset: 'two', version: 2, cause: 'recall', method: 'files removed' },
      entries: { withdrawn: at('dataset.withdrawn'), destroyed: at('dataset.destroyed') },
    })
    expect(entries[at('dataset.withdrawn') - 1]).toMatchObject({ version: 2, sealed: { reason } })
    expect(JSON.stringify(entries.map(({ sealed: _, ...body }) => body))).not.toContain(reason)
  })

  test('keeps its number: the next deposit is another version', async () => {
    expect(await deposit(room.needs, 'two', { people: 'id;region\n1;west\n' })).toMatchObject({ version: 3 })
    expect(await versionOf('two')).toBe(3)
    await room.again().checker.resume()
    expect(existsSync(folder('two', 3))).toBe(true)
  })

  test('was the only one: projects that had it wait for the next', async () => {
    await published('one', 1)
    const permit = permitOn('one')
    bulles.seal(permit)
    await bulles.idle()
    await recallVersion(needs, rouen, { dataset: 'one', version: 1, reason })
    await bulles.idle()
    expect(await versionOf('one')).toBeNull()
    await expect(bulles.of(permit)).rejects.toMatchObject({ code: 'BULLE_NOT_READY' })
    await room.again().checker.resume()
    expect(await versionOf('one')).toBeNull()
  })

  test('is recalled once, and by its holder', async () => {
    const asked = { dataset: 'one', version: 1, reason }
    await expect(recallVersion(needs, rouen, asked)).rejects.toMatchObject({ code: 'WRONG_STATE' })
    await expect(recallVersion(needs, havre, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const absent = recallVersion(needs, rouen, { ...asked, version: 9 })
    await expect(absent).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const standing = readWithdrawn(needs, rouen, { dataset: 'two', version: 3 })
    await expect(standing).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('is destroyed at the next start when a crash came before', async () => {
    await published('cut', 1)
    const cut = { ...needs, storage: { destroy: () => Promise.reject(new Error('cut')) } }
    const asked = { dataset: 'cut', version: 1, reason }
    await expect(recallVersion(cut, rouen, asked)).rejects.toThrow('cut')
    expect([await versionOf('cut'), existsSync(folder('cut', 1))]).toEqual([null, true])
    await finishWithdrawals(needs, person('system', 'node'))
    expect(existsSync(folder('cut', 1))).toBe(false)
    const { certificate } = await readWithdrawn(needs, rouen, { dataset: 'cut', version: 1 })
    expect(certificate).toBeDefined()
  })
})

test('a version is kept as long as its contract says, and not a day longer', async () => {
  await published('kept', 1)
  await setContract(room.needs, rouen, {
    dataset: 'kept',
    contract: {
      ...{ frequency: 'irregular', categories: ['plain', 'unit'], contact: { name: 'DIM' } },
      ...{ optOutFile: 'none', manifest: 'optional', retention: { months: 1 } },
    },
  })
  const after = (days: number) => ({ ...needs, clock: { now: () => fixedClock.now() + days * 86_400_000 } })
  await endRetention(after(29), person('system', 'node'))
  expect(await versionOf('kept')).toBe(1)
  await endRetention(after(30), person('system', 'node'))
  expect([await versionOf('kept'), existsSync(folder('kept', 1))]).toEqual([null, false])
  expect(await readWithdrawn(needs, rouen, { dataset: 'kept', version: 1 })).toMatchObject({
    cause: 'retention',
  })
})
