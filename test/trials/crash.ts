/** Kills a process that appends to an audit log, again and again, and looks for every entry that it had acknowledged. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { GrowingTree } from '../../services/audit/verify/merkle.ts'
import { checkProof } from '../../services/audit/verify/proof.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import { openHome } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'
import { type Compiled, compiled } from './compiled.ts'

export interface CrashFigures {
  readonly seed: number
  readonly kills: number
  readonly acknowledged: number
  /** Receipts whose entry is not in the log, or not provable, at the end. */
  readonly lost: number
  /** Answers that went out, and those of them whose release is not in the log. */
  readonly answers: number
  readonly unrecorded: number
  /** Checkpoints that were seen, and those that the log at the end does not go on from. */
  readonly checkpoints: number
  readonly forks: number
  /** Verdicts right after a kill that were not `intact`. */
  readonly verdicts: readonly string[]
  /** What opening took after a kill: recovery until the first entry can be appended. */
  readonly restartMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export interface CrashOptions {
  readonly seed: number
  readonly kills: number
  /** `hasty` runs the negative control: a writer that acknowledges before it writes. */
  readonly manner?: '' | 'hasty'
  /** Kills of one home; a new one then begins, for each kill is followed by a whole verification. */
  readonly killsPerHome?: number
  readonly say?: (line: string) => void
}

const callers = '32'

/** What the lives of one home have told. */
class Told {
  /** Leaf by `<shard> <seq>`. */
  readonly receipts = new Map<string, string>()
  readonly answers: string[] = []
  readonly signed: { shard: string; size: number; root: string }[] = []
  readonly openedMs: number[] = []
  /** The same place acknowledged twice: the first of the two is gone. */
  twice = 0

  hear(line: string): void {
    const [kind = '', shard = '', second = '', third = ''] = line.split(' ')
    if (kind === 'opened') this.openedMs.push(Number(shard))
    else if (kind === 'signed') this.signed.push({ shard, size: Number(second), root: third })
    else {
      const place = `${shard} ${second}`
      if (this.receipts.has(place)) this.twice += 1
      this.receipts.set(place, third)
      if (kind === 'answer') this.answers.push(place)
    }
  }
}

interface Life {
  readonly build: Compiled
  readonly home: string
  readonly epoch: number
  readonly kill: { readonly from: 'start' | 'open' | 'signed'; readonly afterMs: number }
  readonly manner: '' | 'hasty'
}

/** One life in four ends before or while the log opens, the others under load. */
function someMoment(random: () => number): Life['kill'] {
  return random() < 0.25
    ? { from: 'start', afterMs: Math.floor(random() * 400) }
    : { from: 'open', afterMs: Math.floor(random() * 200) }
}

/** Runs one writer until it is killed; it may not end by itself. */
async function oneLife({ build, home, epoch, kill, manner }: Life, told: Told): Promise<void> {
  const args = [build.program('test/trials/audit-writer.ts'), home, String(epoch), callers, manner]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = once(child, 'close')
  if (kill.from === 'open') await Promise.race([once(child.stdout, 'data'), ended])
  if (kill.from === 'signed') await Promise.race([saidSigned(child.stdout), ended])
  await wait(kill.afterMs)
  child.kill('SIGKILL')
  await ended
  if (child.signalCode !== 'SIGKILL') throw new Error('the writer ended by itself')
  // A line without its end was cut by the kill: nobody has read it.
  const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1)
  for (const line of lines) told.hear(line)
}

/** The writer has told a checkpoint: on a machine that has much else to do that may take longer than any moment drawn here. */
function saidSigned(out: Readable): Promise<void> {
  return new Promise((resolve) => {
    let last = ''
    out.on('data', (chunk: Buffer) => {
      const text = last + chunk.toString()
      if (/^signed /m.test(text)) resolve()
      last = text.slice(text.lastIndexOf('\n') + 1)
    })
  })
}

interface Found {
  lost: number
  unrecorded: number
  forks: number
}

export async function main(options: CrashOptions): Promise<CrashFigures> {
  const { seed, kills, manner = '', killsPerHome = 25, say = () => {} } = options
  const random = seeded(seed)
  const build = await compiled()
  const verdicts: string[] = []
  const all: Told[] = []
  const found: Found = { lost: 0, unrecorded: 0, forks: 0 }
  try {
    for (let done = 0; done < kills; done += killsPerHome) {
      const told = new Told()
      const lives = { build, manner, random, kills: Math.min(killsPerHome, kills - done) }
      const here = await oneHome(lives, told, verdicts)
      for (const key of ['lost', 'unrecorded', 'forks'] as const) found[key] += here[key]
      all.push(told)
      say(`${done + lives.kills} of ${kills} kills, ${found.lost} lost, ${found.forks} forks`)
    }
  } finally {
    await build.remove()
  }
  const sum = (count: (told: Told) => number) => all.reduce((total, told) => total + count(told), 0)
  return {
    seed,
    kills,
    acknowledged: sum(({ receipts }) => receipts.size),
    answers: sum(({ answers }) => answers.length),
    checkpoints: sum(({ signed }) => signed.length),
    ...found,
    verdicts,
    // The first opening of a home recovers nothing.
    restartMs: spread(all.flatMap(({ openedMs }) => openedMs.slice(1))),
  }
}

function spread(times: readonly number[]): CrashFigures['restartMs'] {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

interface Lives {
  readonly build: Compiled
  readonly manner: '' | 'hasty'
  readonly random: () => number
  readonly kills: number
}

async function oneHome(
  { build, manner, random, kills }: Lives,
  told: Told,
  verdicts: string[],
): Promise<Found> {
  const test = await openHome()
  const verify = async () => {
    const verdict = await verifyLog({ dir: join(test.home, 'audit') })
    if (verdict.status !== 'intact') verdicts.push(verdict.message)
  }
  try {
    for (let epoch = 1; epoch <= kills; epoch += 1) {
      const drawn = someMoment(random)
      const isLast = epoch === kills && manner === ''
      const kill = isLast ? { ...drawn, from: 'signed' as const } : drawn
      await oneLife({ build, home: test.home, epoch, kill, manner }, told)
      if (told.openedMs.length > 0) await verify()
    }
    const audit = await test.open({ lease: { epoch: kills + 1, lost: new Promise(() => {}) } })
    const found = await compare(audit, test.home, { told, random })
    await audit.close()
    await verify()
    return found
  } finally {
    await test.remove()
  }
}

/** Every receipt is looked up, one in a hundred is proven against the signed checkpoint; every tree ever signed must be one of ours. */
async function compare(
  audit: AuditLog,
  home: string,
  { told, random }: { told: Told; random: () => number },
): Promise<Found> {
  const { leaves, types, roots } = await readAll(audit)
  let lost = told.twice
  for (const [place, leaf] of told.receipts) {
    const isThere = leaves.get(place) === leaf
    if (!isThere || (random() < 0.01 && !(await isProvable(audit, home, place)))) lost += 1
  }
  const unrecorded = told.answers.filter((place) => types.get(place) !== 'query.release').length
  return { lost, unrecorded, forks: countForks(told, roots) }
}

interface Whole {
  readonly leaves: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, string>
  /** Root by `<shard> <size>`, of every size that the log ever had. */
  readonly roots: ReadonlyMap<string, string>
}

async function readAll(audit: AuditLog): Promise<Whole> {
  const leaves = new Map<string, string>()
  const types = new Map<string, string>()
  const roots = new Map<string, string>()
  for (const shard of audit.shards) {
    const tree = new GrowingTree()
    for await (const { seq, leaf, body } of audit.entries(0, Number.MAX_SAFE_INTEGER, shard)) {
      leaves.set(`${shard} ${seq}`, leaf)
      types.set(`${shard} ${seq}`, body.type)
      tree.add(Buffer.from(leaf, 'hex'))
      roots.set(`${shard} ${tree.size}`, tree.root().toString('base64'))
    }
  }
  return { leaves, types, roots }
}

/** Signed sizes only grow, and each signed root is the one that the log had at that size. */
function countForks({ signed }: Told, roots: Whole['roots']): number {
  let [forks, before] = [0, { shard: '', size: 0 }]
  for (const { shard, size, root } of signed) {
    const isSmaller = shard < before.shard || (shard === before.shard && size < before.size)
    if (isSmaller || roots.get(`${shard} ${size}`) !== root) forks += 1
    before = { shard, size }
  }
  return forks
}

async function isProvable(audit: AuditLog, home: string, place: string): Promise<boolean> {
  const [shard = '', seq] = place.split(' ')
  const vkey = await readFile(join(home, 'audit', shard, 'log.vkey'), 'utf8')
  return checkProof(await audit.proof(Number(seq), shard), { vkey }).status === 'intact'
}
