import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { systemClock } from '../../services/kernel/clock.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type Keyring, openKeyring } from '../../services/keys/keyring.ts'
import { type KeyProvider, localProvider, WrongKek, withFormer } from '../../services/keys/provider.ts'
import { openTestStore, type TestStore } from '../stored.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store.close()
})
beforeEach(async () => void (await store.db.deleteFrom('keys_wrapped').execute()))

const kek = randomBytes(32)
/** A keyring that remembers nothing of the others, as after a new start. */
const ring = (provider: KeyProvider = localProvider(kek)): Keyring =>
  openKeyring({ store, provider, clock: systemClock, log: silentLog })
const bulle = (id: string) => ({ kind: 'bulle', id }) as const
const rows = () => store.db.selectFrom('keys_wrapped').selectAll().execute()

describe('the keys of what is sealed', () => {
  test('are made once, and found again after a new start', async () => {
    const made = await ring().of(bulle('a'))
    expect(made).toHaveLength(32)
    expect(await ring().of(bulle('a'))).toEqual(made)
    expect(await ring().find(bulle('a'))).toEqual(made)
    expect(await ring().of(bulle('b'))).not.toEqual(made)
    expect(await ring().find(bulle('c'))).toBeNull()
  })

  test('are the same for all who ask at once, and none is another’s buffer', async () => {
    const one = ring()
    const [first, ...others] = await Promise.all([1, 2, 3, 4].map(() => one.of(bulle('a'))))
    expect(new Set([first, ...others].map((key) => Buffer.from(key ?? []).toString('hex'))).size).toBe(1)
    first?.fill(0)
    expect(await one.of(bulle('a'))).toEqual(others[0])
  })

  test('lie in the table wrapped only', async () => {
    const key = Buffer.from(await ring().of(bulle('a')))
    const [row] = await rows()
    expect(row?.wrapped.includes(key)).toBe(false)
    expect(row?.sha256).toBe(sha256(key))
    expect(await ring().fingerprint(bulle('a'))).toBe(sha256(key))
  })

  test('are told of before they are kept: what cannot be recorded is not made', async () => {
    const refused = ring().of(bulle('a'), () => Promise.reject(new Error('the log is full')))
    await expect(refused).rejects.toThrow('the log is full')
    expect(await rows()).toEqual([])
  })

  test('are not given to whoever has the row of another name', async () => {
    await ring().of(bulle('a'))
    await store.db.updateTable('keys_wrapped').set({ id: 'b' }).execute()
    await expect(ring().find(bulle('b'))).rejects.toThrow(WrongKek)
  })

  test('are not unwrapped by another KEK', async () => {
    await ring().of(bulle('a'))
    await expect(ring(localProvider(randomBytes(32))).find(bulle('a'))).rejects.toThrow(WrongKek)
  })

  test('that a provider unwraps to something else are refused as if it were silent', async () => {
    const lying = { ...localProvider(kek), unwrap: async () => randomBytes(32) }
    await ring().of(bulle('a'))
    await expect(ring(lying).find(bulle('a'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('are held in memory up to a bound', async () => {
    let unwrapped = 0
    const local = localProvider(kek)
    const counting: KeyProvider = {
      ...local,
      unwrap(...given) {
        unwrapped += 1
        return local.unwrap(...given)
      },
    }
    const small = openKeyring({ store, provider: counting, clock: systemClock, log: silentLog, held: 2 })
    for (const id of ['a', 'b', 'c']) await ring().of(bulle(id))
    for (const id of ['a', 'b', 'b', 'a', 'c', 'a', 'b']) await small.find(bulle(id))
    expect(unwrapped).toBe(4)
  })
})

describe('a destroyed key', () => {
  test('is gone for who held it and for who starts anew', async () => {
    const one = ring()
    await one.of(bulle('a'))
    expect(await one.destroy(bulle('a'))).toBe(true)
    expect(await one.find(bulle('a'))).toBeNull()
    expect(await ring().find(bulle('a'))).toBeNull()
    expect(await one.destroy(bulle('a'))).toBe(false)
  })

  test('is not held by who was unwrapping it meanwhile', async () => {
    const local = localProvider(kek)
    let [begin, release] = [() => {}, () => {}]
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow: KeyProvider = {
      ...local,
      async unwrap(...given) {
        begin()
        await released
        return local.unwrap(...given)
      },
    }
    await ring().of(bulle('a'))
    const one = ring(slow)
    const asked = one.find(bulle('a'))
    await begun
    await one.destroy(bulle('a'))
    release()
    expect(await asked).toBeNull()
    expect(await one.find(bulle('a'))).toBeNull()
  })

  test('takes along those below its name, and no neighbour', async () => {
    const one = ring()
    for (const id of ['p', 'p/1', 'p/2/x', 'p2', 'q']) await one.of(bulle(id))
    await one.of({ kind: 'version', id: 'p/1' })
    expect(await one.destroyAll(bulle('p'))).toBe(3)
    expect((await rows()).map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual([
      'bulle p2',
      'bulle q',
      'version p/1',
    ])
  })

  test('leaves its wrapped bytes in no page of the table', async () => {
    const one = ring()
    for (const id of ['a', 'b', 'c']) await one.of(bulle(id))
    const wrapped = (await rows()).find(({ id }) => id === 'b')?.wrapped ?? Buffer.alloc(0)
    expect(await pagesHold(wrapped)).toBe(true)
    await one.destroy(bulle('b'))
    expect(await pagesHold(wrapped)).toBe(false)
    expect(await one.find(bulle('a'))).not.toBeNull()
  })

  test('leaves them in no page either when somebody still reads what was there before', async () => {
    const one = ring()
    await one.of(bulle('a'))
    await one.of(bulle('b'))
    const wrapped = (await rows()).find(({ id }) => id === 'b')?.wrapped ?? Buffer.alloc(0)
    const reader = new pg.Client({ connectionString: store.url })
    await reader.connect()
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await reader.query('SELECT count(*) FROM store_migration')
    await one.destroy(bulle('b'))
    expect(await pagesHold(wrapped)).toBe(false)
    await reader.end()
    expect(await ring().find(bulle('a'))).not.toBeNull()
  })

  test('would be seen in its page by the same scan if its row were deleted only', async () => {
    await ring().of(bulle('a'))
    const wrapped = (await rows())[0]?.wrapped ?? Buffer.alloc(0)
    await store.db.deleteFrom('keys_wrapped').execute()
    expect(await pagesHold(wrapped)).toBe(true)
  })
})

/** Whether the file of the table on disk has these bytes, dead rows and holes included. */
async function pagesHold(bytes: Buffer): Promise<boolean> {
  const client = new pg.Client({ connectionString: store.url })
  await client.connect()
  try {
    await client.query('CHECKPOINT')
    const found = await client.query(
      "SELECT pg_read_binary_file(pg_relation_filepath('keys_wrapped')) AS pages",
    )
    return (found.rows[0].pages as Buffer).includes(bytes)
  } finally {
    await client.end()
  }
}

describe('another KEK', () => {
  const next = localProvider(randomBytes(32))

  test('wraps every key anew while both are known; the former is not needed afterwards', async () => {
    const ids = Array.from({ length: 600 }, (_, at) => `a${at}`)
    const keys = new Map<string, Uint8Array>()
    const before = ring()
    for (const id of ids) keys.set(id, await before.of(bulle(id)))
    const former = await rows()
    const said: number[] = []
    const both = ring(withFormer(next, [localProvider(kek)]))
    expect(await both.rewrap(({ done }) => said.push(done))).toBe(600)
    expect(said).toEqual([500, 600])
    const after = ring(next)
    for (const id of ['a0', 'a499', 'a500', 'a599']) expect(await after.find(bulle(id))).toEqual(keys.get(id))
    expect(new Set((await rows()).map(({ version }) => version))).toEqual(new Set([await next.version()]))
    const old = former[7]?.wrapped ?? Buffer.alloc(0)
    expect(await pagesHold(old)).toBe(false)
    expect(await both.rewrap()).toBe(0)
  })

  test('goes on where it was stopped', async () => {
    const before = ring()
    for (const id of ['a', 'b', 'c']) await before.of(bulle(id))
    const local = localProvider(kek)
    let left = 2
    const failing: KeyProvider = {
      ...local,
      unwrap: (...given) => (left-- > 0 ? local.unwrap(...given) : Promise.reject(new Error('stopped'))),
    }
    await expect(ring(withFormer(next, [failing])).rewrap()).rejects.toThrow('stopped')
    expect(await ring(withFormer(next, [local])).rewrap()).toBe(3)
    expect(await ring(next).find(bulle('c'))).not.toBeNull()
  })

  test('never brings back a key that is destroyed while it is wrapped anew', async () => {
    const local = localProvider(kek)
    await ring().of(bulle('a'))
    const destroying: KeyProvider = {
      ...next,
      async wrap(...given) {
        await store.db.deleteFrom('keys_wrapped').execute()
        return next.wrap(...given)
      },
    }
    await ring(withFormer(destroying, [local])).rewrap()
    expect(await rows()).toEqual([])
  })
})
