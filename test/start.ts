/** Jest's global setup: the one place of the tests that starts a server or touches TMPDIR. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../services/kernel/log.ts'
import { openPortal } from '../services/node/portal.ts'
import { startEmbedded } from '../services/store/embedded.ts'
import { migrate } from '../services/store/migrate.ts'
import { administer } from './house.ts'
import type { Running } from './stop.ts'

/** One PostgreSQL for the whole run; its template database is migrated once and copied by openDatabase(). The portal is built once, too. */
export default async function start(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-test-'))
  const database = await startEmbedded({ home, log: silentLog, durable: false })
  const running: Running = { home, database }
  Object.assign(globalThis, { huisclosTest: running })
  await Promise.all([makeTemplate(database.url), openPortal(silentLog)])
  process.env.HUISCLOS_TEST_DATABASE = database.url
}

async function makeTemplate(url: string): Promise<void> {
  const template = new URL(url)
  template.pathname = '/huisclos_template'
  await administer(url, 'CREATE DATABASE huisclos_template')
  await migrate({ url: template.href, log: silentLog })
}
