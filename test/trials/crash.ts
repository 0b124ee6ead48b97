/** Kills a process that appends to an audit log, again and again, and looks for every entry that it had acknowledged. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import { openHome } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'

export interface CrashFigures {
  readonly seed: number
  readonly cycles: number
  readonly acknowledged: number
  /** Receipts whose entry is not in the log, or not provable, at the end. */
  readonly lost: number
  /** Verdicts right after a kill that were not `intact`. */
  readonly verdicts: readonly string[]
  readonly slowestStartMs: number
}

type Receipts = Map<string, string>

const program = new URL('./audit-writer.ts', import.meta.url).pathname
const repository = new URL('../..', import.meta.url).pathname

/** Runs one writer until it is killed `afterMs` after its first receipt; gives what it had acknowledged. */
async function oneLife(
  home: string,
  { epoch, afterMs, manner }: Life,
): Promise<{ receipts: Receipts; startMs: number }> {
  const begun = performance.now()
  const args = ['--import', 'tsx', program, home, String(epoch), '8', manner]
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  const startMs = performance.now() - begun
  await wait(afterMs)
  child.kill('SIGKILL')
  await ended
  if (child.signalCode !== 'SIGKILL') throw new Error('the writer ended by itself')
  const text = await readFile(join(home, `receipts-${epoch}`), 'utf8')
  // A line without its end was cut by the kill: nobody has read that receipt.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
  return { startMs, receipts: new Map(lines.map((line) => [line.slice(0, -65), line.slice(-64)])) }
}

interface Life {
  readonly epoch: number
  readonly afterMs: number
  readonly manner: '' | 'hasty'
}

/** `hasty` runs the negative control: a writer that acknowledges before it writes. */
export async function main(seed: number, cycles: number, manner: '' | 'hasty' = ''): Promise<CrashFigures> {
  const random = seeded(seed)
  const test = await openHome()
  const acknowledged: Receipts = new Map()
  const verdicts: string[] = []
  let [slowestStartMs, lost] = [0, 0]
  try {
    for (let epoch = 1; epoch <= cycles; epoch += 1) {
      const life = await oneLife(test.home, { epoch, afterMs: Math.floor(random() * 200), manner })
      slowestStartMs = Math.max(slowestStartMs, life.startMs)
      for (const [place, leaf] of life.receipts) {
        // The same place acknowledged twice: the first of the two is gone.
        if (acknowledged.has(place)) lost += 1
        acknowledged.set(place, leaf)
      }
      const verdict = await verifyLog({ dir: join(test.home, 'audit') })
      if (verdict.status !== 'intact') verdicts.push(verdict.message)
    }
    const audit = await test.open({ lease: { epoch: cycles + 1, lost: new Promise(() => {}) } })
    lost += await countLost(audit, { home: test.home, acknowledged, random })
    await audit.close()
    const verdict = await verifyLog({ dir: join(test.home, 'audit') })
    if (verdict.status !== 'intact') verdicts.push(verdict.message)
  } finally {
    await test.remove()
  }
  return { seed, cycles, acknowledged: acknowledged.size, lost, verdicts, slowestStartMs }
}

interface Search {
  readonly home: string
  readonly acknowledged: Receipts
  readonly random: () => number
}

/** Every receipt is looked up; one in a hundred is proven against the signed checkpoint as well. */
async function countLost(audit: AuditLog, { home, acknowledged, random }: Search): Promise<number> {
  let lost = 0
  const leaves = new Map<string, string>()
  for (const shard of audit.shards) {
    for await (const { seq, leaf } of audit.entries(0, Number.MAX_SAFE_INTEGER, shard))
      leaves.set(`${shard} ${seq}`, leaf)
  }
  for (const [place, leaf] of acknowledged) {
    const [shard = '', seq] = place.split(' ')
    const isThere = leaves.get(place) === leaf
    const isProven =
      random() > 0.01 || (isThere && (await isProvable(audit, { home, shard, seq: Number(seq) })))
    if (!(isThere && isProven)) lost += 1
  }
  return lost
}

async function isProvable(
  audit: AuditLog,
  at: { home: string; shard: string; seq: number },
): Promise<boolean> {
  const vkey = await readFile(join(at.home, 'audit', at.shard, 'log.vkey'), 'utf8')
  return checkProof(await audit.proof(at.seq, at.shard), { vkey }).status === 'intact'
}
