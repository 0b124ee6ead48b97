import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openProjectKeys, pseudonymOf, pseudonymSql } from '../../services/dataset/pseudonym.ts'
import { queryParquet } from './parquet.ts'

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

  test('come from a key that nobody else may read, that stays, and that is gone when destroyed', async () => {
    const home = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
    const keys = openProjectKeys({ home })
    const made: number[] = []
    const first = await keys.of('P-1', async (fresh) => void made.push(fresh.length))
    const second = await openProjectKeys({ home }).of('P-1', async () => void made.push(0))
    expect(Buffer.from(second).equals(first)).toBe(true)
    expect(made).toEqual([32])
    expect((await stat(join(home, 'keys/projects/P-1'))).mode & 0o777).toBe(0o600)
    await keys.destroy('P-1')
    expect(Buffer.from(await keys.of('P-1', async () => {})).equals(first)).toBe(false)
    await rm(home, { recursive: true, force: true })
  })
})
