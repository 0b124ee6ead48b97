/** The walk of a query without doors, permits and log: text in, rows and marks out, on the real engines. */
import type { Bulle } from '../../services/dataset/bulle.ts'
import type { ReleasedTable, RewrittenStatement } from '../../services/engine/engine.ts'
import { unmark, type Visible } from '../../services/query/answer.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import { releaseInOrder } from '../../services/query/input.ts'
import type { Plan } from '../../services/query/plan.ts'
import { understand } from '../../services/query/understand.ts'
import { k } from './cohort.ts'
import { inProcesses, limits } from './engines.ts'

/** Those of the standard policy. */
export const standard: Thresholds = { k, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
const today = '2026-11-21'

export interface Pipeline {
  understand(bulle: Bulle, sql: string): Promise<Plan>
  ask(bulle: Bulle, sql: string): Promise<Visible & { readonly plan: Plan }>
  close(): Promise<void>
}

export async function openPipeline(thresholds = standard, engines = inProcesses): Promise<Pipeline> {
  const { parser, vault, releaser, close } = await engines()
  const { signal } = new AbortController()

  async function ask(bulle: Bulle, sql: string) {
    const plan = await understand(parser, bulle, { sql, today })
    const mounts = bulle.tables.map(({ mount }) => mount)
    const session = await vault.open({ id: bulle.id, mounts }, { limits, signal })
    const open = bulle.tables.filter((table) => table.class === 'public').map(({ mount }) => mount)
    const answer = (statement: RewrittenStatement, tables: readonly ReleasedTable[]) =>
      releaser.finish({ tables, mounts: open, statement }, { limits, signal, bulle: bulle.id })
    const disclosed = await releaseInOrder(session, plan.leaves, { thresholds, answer }).finally(() =>
      session.close(),
    )
    const rows = await answer(
      plan.outer,
      disclosed.map(({ table }) => table),
    )
    return { ...unmark(plan, rows), plan }
  }

  return {
    ask,
    understand: (bulle, sql) => understand(parser, bulle, { sql, today }),
    close,
  }
}
