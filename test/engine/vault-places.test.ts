/** The places of a bulle: a process that has run enough, or did not outlive its session, has its successor before anybody asks. */
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import type { Vault } from '../../services/engine/engine.ts'
import { openVault } from '../../services/engine/vault.ts'
import { workersBelow } from './descendants.ts'
import { limits, sql } from './fixture.ts'
import { type Bulle, someBulle } from './losses.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Workers that another file of this process has left. */
let others: readonly number[] = []
const mine = () => workersBelow(process.pid).filter((one) => !others.includes(one))

async function open(options: { maxStatements?: number } = {}) {
  others = workersBelow(process.pid)
  const bulle = await someBulle()
  opened.push({ close: bulle.remove })
  const vault = await openVault({ threads: 1, ...options })
  opened.push(vault)
  return { vault, bulle }
}

/** Runs so many statements in one session; answers the workers that there were. */
async function run({ vault, bulle }: { vault: Vault; bulle: Bulle }, ...statements: readonly string[]) {
  const session = await vault.open(bulle, { limits, signal: new AbortController().signal })
  for (const statement of statements) await session.run(sql(statement)).catch(() => null)
  const there = mine()
  await session.close()
  return there
}

/** The only worker, once it is another than these; the test's own time limit is the bound. */
async function successorOf(old: readonly number[]): Promise<number> {
  for (;;) {
    const [one, ...more] = mine()
    if (one !== undefined && more.length === 0 && !old.includes(one)) return one
    await pause(5)
  }
}

const watched = existsSync('/proc/self/stat') ? test : test.skip

watched('a process that has run as many statements as it may is replaced before anybody asks', async () => {
  const at = await open({ maxStatements: 2 })
  const there = await run(at, 'SELECT 1', 'SELECT 1')
  expect(there).toHaveLength(1)
  expect(there).not.toContain(await successorOf(there))
})

watched('a process that has run fewer stays', async () => {
  const at = await open({ maxStatements: 3 })
  const there = await run(at, 'SELECT 1', 'SELECT 1')
  // Whoever comes next has the same one, or the other place: nothing has ended.
  expect(await run(at, 'SELECT 1')).toEqual(expect.arrayContaining([...there]))
})

watched('a process that failed has a successor that nobody asked for', async () => {
  const at = await open()
  const there = await run(at, 'SELECT nothing FROM nowhere')
  expect(there).toHaveLength(1)
  expect(there).not.toContain(await successorOf(there))
})

watched('a bulle that is evicted has no successor', async () => {
  const at = await open()
  await run(at, 'SELECT nothing FROM nowhere')
  await at.vault.evict(at.bulle.id)
  expect(mine()).toEqual([])
})
