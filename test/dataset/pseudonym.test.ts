import { describe, expect, test } from '@jest/globals'
import { openProjectKeys, pseudonymOf, pseudonymSql } from '../../services/dataset/pseudonym.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openKeyring } from '../../services/keys/keyring.ts'
import { localProvider } from '../../services/keys/provider.ts'
import { openTestStore } from '../stored.ts'
import { queryParquet } from './parquet.ts'
import { fixedClock } from './room.ts'

const key = Buffer.alloc(32, 9)
const unit = { kind: 'unit', domain: "patients d'ici" } as const

describe('pseudonyms', () => {
  test('of the engine are HMAC-SHA-256 as Node computes it', async () => {
    for (const value of ['1', 'é€Œ', '', "l'un"]) {
      const sql = `SELECT ${pseudonymSql(key, unit, `'${value.replaceAll("'", "''")}'`)}`
      expect(await queryParquet(sql)).toEqual([[pseudonymOf(key, unit, value)]])
    }
    expect(await queryParquet(`SELECT ${pseudonymSql(key, unit, 'NULL')}`)).toEqual([[null]])
  })

  test('name an integer and its text alike, and differ by key, domain, kind and space', () => {
    const space = { kind: 'key', domain: unit.domain, dataset: 'd', space: 'stay' } as const
    const all = [
      pseudonymOf(key, unit, '12'),
      pseudonymOf(Buffer.alloc(32, 8), unit, '12'),
      pseudonymOf(key, { ...unit, domain: 'elsewhere' }, '12'),
      pseudonymOf(key, space, '12').replace(/^k/, 'p'),
      pseudonymOf(key, { ...space, space: 'act' }, '12').replace(/^k/, 'p'),
      pseudonymOf(key, { ...space, dataset: 'e' }, '12').replace(/^k/, 'p'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  test('come from a key of the keyring that stays after a start, and that is gone when destroyed', async () => {
    const store = await openTestStore({ connections: 1 })
    const provider = localProvider(Buffer.alloc(32, 1))
    const keyring = () => openKeyring({ store, provider, clock: fixedClock, log: silentLog })
    const keys = openProjectKeys(keyring())
    const made: string[] = []
    const first = await keys.of('P-1', async (fingerprint) => void made.push(fingerprint))
    const second = await openProjectKeys(keyring()).of('P-1', async () => void made.push('again'))
    expect(Buffer.from(second).equals(first)).toBe(true)
    expect(made).toEqual([sha256(first)])
    expect(await keys.fingerprint('P-1')).toBe(sha256(first))
    await keys.destroy('P-1')
    expect(await keys.fingerprint('P-1')).toBeNull()
    expect(Buffer.from(await keys.of('P-1', async () => {})).equals(first)).toBe(false)
    await store.close()
  })
})
