/** The sealed files of a running node, opened from outside: with its KEK and its database, as nobody else has them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock as clock } from '../../services/kernel/clock.ts'
import { silentLog as log } from '../../services/kernel/log.ts'
import { type AtRest, openAtRest } from '../../services/keys/at-rest.ts'
import { demoProvider } from '../../services/keys/kek.ts'
import { openKeyring } from '../../services/keys/keyring.ts'
import { openStore } from '../../services/store/store.ts'

const noClear = {
  path: '',
  folder: () => Promise.reject(new Error('nothing is opened here')),
  remove: async () => undefined,
}

/** Does work on the files of the demo node of this home, which has its own PostgreSQL. */
export async function withOpenedHome<T>(home: string, work: (files: AtRest) => Promise<T>): Promise<T> {
  const folder = join(home, 'postgres')
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  const port = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3]
  const url = `postgresql://huisclos:${password}@127.0.0.1:${port}/postgres`
  const store = await openStore({ url, log, connections: 1 })
  try {
    const keyring = openKeyring({ store, provider: await demoProvider(home), clock, log })
    return await work(openAtRest({ keyring, clear: noClear }))
  } finally {
    await store.close()
  }
}
