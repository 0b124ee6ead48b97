import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { acquireLease, LeaseTakenError } from '../../services/store/lease.ts'
import { openDatabase, type TestDatabase } from '../house.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())

async function run(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(text)
  await client.end()
}

describe('the lease of the log writer', () => {
  test('has a number that grows each time', async () => {
    const first = await acquireLease(database.url)
    await first.release()
    const second = await acquireLease(database.url)
    await second.release()
    expect(second.epoch).toBe(first.epoch + 1)
  })

  test('is refused while another session holds it', async () => {
    const lease = await acquireLease(database.url)
    try {
      await expect(acquireLease(database.url)).rejects.toThrow(LeaseTakenError)
      expect(await lease.holds()).toBe(true)
    } finally {
      await lease.release()
    }
  })

  test('is lost when the server ends its session, and then free for another', async () => {
    const lease = await acquireLease(database.url)
    await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'huisclos lease' AND datname = current_database()`)
    await lease.lost
    expect(await lease.holds()).toBe(false)
    const next = await acquireLease(database.url)
    expect(next.epoch).toBeGreaterThan(lease.epoch)
    await next.release()
    await lease.release()
  })

  test('does not hold any more once a later one has been given', async () => {
    const lease = await acquireLease(database.url)
    await run('UPDATE audit_writer SET epoch = epoch + 1')
    expect(await lease.holds()).toBe(false)
    await lease.release()
  })

  test('is not reported as lost when it is given back', async () => {
    const lease = await acquireLease(database.url)
    let lost = false
    void lease.lost.then(() => {
      lost = true
    })
    await lease.release()
    await new Promise((done) => setImmediate(done))
    expect(lost).toBe(false)
  })

  test('says UNAVAILABLE when the database does not answer', async () => {
    const url = new URL(database.url)
    url.port = '1'
    await expect(acquireLease(url.href)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
