/** Who objects, in the database: sealed there, found again, and sealed once where an earlier release wrote it in the clear. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type OptOutRegister, openOptOutRegister } from '../../services/dataset/opt-out-register.ts'
import { type OptOutSeals, openOptOutSeals } from '../../services/dataset/opt-out-seal.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openKeyring } from '../../services/keys/keyring.ts'
import { localProvider } from '../../services/keys/provider.ts'
import { rawSql } from '../../services/store/store.ts'
import { openTestStore, type TestStore } from '../stored.ts'

let store: TestStore
let seals: OptOutSeals
let register: OptOutRegister
beforeAll(async () => {
  store = await openTestStore()
  const provider = localProvider(Buffer.alloc(32, 7))
  seals = openOptOutSeals(openKeyring({ store, provider, clock: { now: () => 0 }, log: silentLog }))
  register = openOptOutRegister(store, seals)
})
afterAll(() => store?.close())

const named = (one: string) => `h1k01_${one.repeat(32)}`
const hash = (one: string) => one.repeat(64)
const begin = (domain: string, sha256: string, ...pseudonyms: readonly string[]) =>
  register.begin({ sha256, domain, holder: 'chu-rouen', at: 1, pseudonyms })
const pseudonymsIn = async (domain: string) => (await register.list(domain)).map(({ pseudonym }) => pseudonym)

/** Everything that the tables of opt-outs hold, as text. */
async function written(): Promise<string> {
  const tables = ['dataset_opt_out', 'dataset_opt_out_begun', 'dataset_opt_out_list']
  const texts = tables.map(async (table) => {
    const { rows } = await rawSql<{ all: string | null }>`
      SELECT string_agg(t::text, ' ') AS all FROM ${rawSql.table(table)} AS t`.execute(store.db)
    return rows[0]?.all ?? ''
  })
  // A bytea is written as hexadecimal.
  const text = (await Promise.all(texts)).join(' ')
  return (
    text + text.replaceAll(/\\x([0-9a-f]*)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1'))
  )
}

/** As an earlier release wrote it. */
async function plainRows(domain: string, ...pseudonyms: readonly string[]): Promise<void> {
  await store.db.insertInto('dataset_opt_out_list').values({ domain, version: 1 }).execute()
  const rows = pseudonyms.map((pseudonym) => ({
    ...{ domain, holder: 'chu-rouen', pseudonym, added_version: 1, added_at: 5 },
  }))
  await store.db.insertInto('dataset_opt_out').values(rows).execute()
}

test('nobody can be read in the tables, neither while a registration is on its way nor after', async () => {
  await begin('one', hash('1'), named('a'), named('b'))
  const during = await written()
  await register.finish(hash('1'))
  for (const text of [during, await written()])
    for (const one of ['a', 'b']) expect(text).not.toContain(named(one).slice(6))
  expect(await pseudonymsIn('one')).toEqual([named('a'), named('b')])
})

test('who objects twice has one row, in each domain', async () => {
  await begin('one', hash('2'), named('a'))
  expect(await register.finish(hash('2'))).toBe(false)
  await register.forget(hash('2'))
  await begin('other', hash('3'), named('a'))
  expect(await register.finish(hash('3'))).toBe(true)
  const macs = await store.db.selectFrom('dataset_opt_out').select('mac').execute()
  // The same person in two domains is not seen to be the same.
  expect(new Set(macs.map(({ mac }) => mac)).size).toBe(3)
})

test('a row that was changed, or put in the place of another, opens as nobody', async () => {
  const changed = async (domain: string, change: string) => {
    await rawSql.raw(`UPDATE dataset_opt_out SET ${change} WHERE domain = '${domain}'`).execute(store.db)
    return openOptOutRegister(store, seals).list(domain)
  }
  await plainRows('spoiled', named('c'))
  await register.sealPlain()
  const taken = "sealed = (SELECT sealed FROM dataset_opt_out WHERE domain = 'other')"
  await expect(changed('spoiled', taken)).rejects.toMatchObject({ name: 'SealedDamaged' })
  const bit = 'sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20))'
  await expect(changed('other', bit)).rejects.toMatchObject({ name: 'SealedDamaged' })
})

describe('rows of an earlier release', () => {
  const file = async () => {
    const { rows } = await rawSql<{ file: string }>`
      SELECT pg_relation_filepath('dataset_opt_out') AS file`.execute(store.db)
    return rows[0]?.file
  }

  test('are read as they are, sealed once, and lie in no page of the table any more', async () => {
    const many = Array.from({ length: 1203 }, (_, n) => `h1k01_${n.toString(16).padStart(32, '0')}`)
    await plainRows('old', ...many)
    expect(await pseudonymsIn('old')).toEqual(many)
    const before = await file()
    expect(await register.sealPlain()).toBe(1203)
    expect(await file()).not.toBe(before)
    const sealed = await file()
    expect(await register.sealPlain()).toBe(0)
    expect(await file()).toBe(sealed)
    expect(await openOptOutRegister(store, seals).list('old')).toHaveLength(1203)
    expect(await written()).not.toContain('0'.repeat(29))
    const { rows } = await rawSql`
      SELECT 1 FROM pg_stats WHERE tablename = 'dataset_opt_out' AND most_common_vals::text LIKE '%h1k01%'
      UNION SELECT 1 FROM pg_stats WHERE tablename = 'dataset_opt_out' AND histogram_bounds::text LIKE '%h1k01%'
    `.execute(store.db)
    expect(rows).toEqual([])
  })

  test('stay as they were where sealing is cut, and are sealed by the next start', async () => {
    await plainRows('cut', named('d'), named('e'))
    let left = 1
    const dying: OptOutSeals = async (domain) => {
      const seal = await seals(domain)
      const dies = (text: string, about: string) => {
        if (left-- === 0) throw new Error('killed')
        return seal.seal(text, about)
      }
      return { ...seal, seal: dies }
    }
    await expect(openOptOutRegister(store, dying).sealPlain()).rejects.toThrow('killed')
    expect(await written()).toContain(named('d'))
    expect(await register.sealPlain()).toBe(2)
    expect(await pseudonymsIn('cut')).toEqual([named('d'), named('e')])
  })

  test('of a registration that a stop cut are finished, and nobody who stood already is there twice', async () => {
    await plainRows('begun', named('a'))
    const row = { sha256: hash('9'), domain: 'begun', holder: 'chu-rouen', begun_at: 3 }
    const pseudonyms = [named('a'), named('b')]
    await store.db
      .insertInto('dataset_opt_out_begun')
      .values({ ...row, pseudonyms })
      .execute()
    expect(await register.finish(hash('9'))).toBe(true)
    expect(await pseudonymsIn('begun')).toEqual(pseudonyms)
    expect(await written()).not.toContain('h1k01_')
  })
})
