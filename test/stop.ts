/** Jest's global teardown: closes what start.ts opened. */
import { rm } from 'node:fs/promises'
import type { Embedded } from '../services/store/embedded.ts'

/** What start.ts leaves on globalThis, which jest keeps from setup to teardown. */
export interface Running {
  readonly home: string
  readonly database: Embedded
}

export default async function stop(): Promise<void> {
  const { huisclosTest } = globalThis as { huisclosTest?: Running }
  if (huisclosTest === undefined) return
  await huisclosTest.database.close()
  await rm(huisclosTest.home, { recursive: true, force: true })
}
