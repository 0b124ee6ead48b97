/** The walk of a query without doors, permits and log: text in, rows and marks out, on the real engines. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { openParser } from '../../services/engine/parser.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVault } from '../../services/engine/vault.ts'
import { unmark, type Visible } from '../../services/query/answer.ts'
import { openRelease } from '../../services/query/disclosure/across.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import type { Plan } from '../../services/query/plan.ts'
import { understand } from '../../services/query/understand.ts'
import { k } from './cohort.ts'

/** Those of the standard policy. */
const standard: Thresholds = { k, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
const limits = { timeoutMs: 20_000, memoryBytes: 512 * 1024 * 1024, maxRows: 100_000 }
const today = '2026-11-21'

export interface Pipeline {
  understand(bulle: Bulle, sql: string): Promise<Plan>
  ask(bulle: Bulle, sql: string): Promise<Visible & { readonly plan: Plan }>
  close(): Promise<void>
}

export async function openPipeline(thresholds = standard): Promise<Pipeline> {
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-pipeline-'))
  const parser = await openParser({ processes: 1 })
  const vault = await openVault({ threads: 1 })
  const releaser = await openReleaser({ threads: 1, memoryBytes: limits.memoryBytes, scratch, processes: 1 })
  const { signal } = new AbortController()

  async function ask(bulle: Bulle, sql: string) {
    const plan = await understand(parser, bulle, { sql, today })
    const mounts = bulle.tables.map(({ mount }) => mount)
    const session = await vault.open({ id: bulle.id, mounts }, { limits, signal })
    const tables = []
    try {
      const answer = openRelease(session, thresholds)
      for (const leaf of plan.leaves) tables.push((await answer.release(leaf)).table)
    } finally {
      await session.close()
    }
    const open = bulle.tables.filter((table) => table.class === 'public').map(({ mount }) => mount)
    const rows = await releaser.finish({ tables, mounts: open, statement: plan.outer }, { limits, signal })
    return { ...unmark(plan, rows), plan }
  }

  return {
    ask,
    understand: (bulle, sql) => understand(parser, bulle, { sql, today }),
    async close() {
      await releaser.close()
      await vault.close()
      await parser.close()
      await rm(scratch, { recursive: true })
    },
  }
}
