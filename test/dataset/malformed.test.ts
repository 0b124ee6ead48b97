import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { main as malformed } from '../trials/malformed.ts'
import { declare, deposit, openRoom, type Room } from './room.ts'
import { acts, people, small } from './small.ts'
import { zip } from './zip.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
  await declare(room.needs, small('small'))
})
afterAll(() => room.close())

test('broken files of every format are accepted or refused within their limits, and no value is told', async () => {
  const { files, accepted, refused, stopped, ...faults } = await malformed(7, 12)
  expect(faults).toEqual({ slow: [], told: [], unread: [] })
  expect(accepted + refused + stopped).toBe(files)
  // Most damage is seen: what passes is a change within a value.
  expect(refused).toBeGreaterThan(files / 2)
}, 60_000)

test('a broken deposit leaves no file, and the next one is read', async () => {
  const packed = zip([{ name: 'people.csv', content: people }])
  const cases = [
    { body: packed.subarray(0, packed.length - 30), type: 'application/zip' },
    { body: gzipSync(people).subarray(0, 30), type: 'application/vnd.apache.parquet' },
  ]
  for (const sent of cases) {
    const shown = await deposit(room.needs, 'small', { people: sent, acts })
    expect(shown.status).toBe('refused')
    expect(await readdir(join(room.home, 'deposits'))).toEqual([])
  }
  const sound = { body: packed, type: 'application/zip' }
  expect((await deposit(room.needs, 'small', { people: sound, acts })).status).toBe('accepted')
}, 60_000)
