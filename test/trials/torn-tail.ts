/**
 * Tears the journal of a killed log at every byte of its last records, as a kill (cut), a power cut (zeros where the disk had
 * kept a place) or a disk that lies (garbage) would leave it, and starts the log on it.
 */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJournal, encodeFrame, type Journal } from '../../services/audit/journal.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { act, openHome, reading } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'

export interface TornFigures {
  readonly seed: number
  /** Journals that were read alone, and logs that were started on one. */
  readonly read: number
  readonly started: number
  /** `<manner> <offset>: <what went wrong>`. */
  readonly wrong: readonly string[]
}

export interface TornOptions {
  readonly seed: number
  /** Share of the torn journals on which a whole log is started; all of them are read. */
  readonly share: number
  readonly say?: (line: string) => void
}

const manners = ['cut', 'zeros', 'garbage'] as const
type Manner = (typeof manners)[number]

/** Records at the end of the journal whose every byte is torn. */
const tornRecords = 3

interface Killed {
  readonly home: string
  readonly wal: string
  readonly bytes: Buffer
  /** Where each record begins. */
  readonly starts: readonly number[]
}

async function makeKilled(): Promise<Killed> {
  const test = await openHome()
  const audit = await test.open()
  await audit.checkpoint()
  for (let at = 0; at < 6; at += 1) await audit.append(reading, act('alice', `P${at % 2}`))
  const home = `${test.home}-torn`
  await cp(test.home, home, { recursive: true })
  await audit.close()
  await test.remove()
  const folder = join(home, 'audit/2026/wal')
  const [name = ''] = await readdir(folder)
  const bytes = await readFile(join(folder, name))
  const lengths = decodeJournal(bytes).frames.map((frame) => encodeFrame(frame).length)
  const starts = lengths.map((_, at) => lengths.slice(0, at).reduce((sum, one) => sum + one, 0))
  return { home, wal: join(folder, name), bytes, starts }
}

/** The journal with nothing, zeros or random bytes in the place of what follows `at`. */
function torn(bytes: Buffer, { manner, at }: { manner: Manner; at: number }, random: () => number): Buffer {
  const kept = Buffer.from(bytes)
  if (manner === 'cut') return kept.subarray(0, at)
  for (let index = at; index < kept.length; index += 1) {
    kept[index] = manner === 'zeros' ? 0 : Math.floor(random() * 256)
  }
  return kept
}

/** What is read from a torn journal: every whole record, and the rest is torn; only garbage may be called damage. */
function judge(journal: Journal, manner: Manner, whole: number): string | undefined {
  if (manner === 'garbage' && journal.damagedAt !== undefined) return undefined
  if (journal.damagedAt !== undefined) return `damage at ${journal.damagedAt}`
  if (journal.frames.length !== whole) return `${journal.frames.length} records of ${whole}`
  return undefined
}

/** Starts the log on a torn journal: it opens and says what was torn, or calls it damaged; the verifier says the same. */
async function start(killed: Killed, bytes: Buffer, whole: number): Promise<string | undefined> {
  const test = await openHome()
  try {
    await cp(killed.home, test.home, { recursive: true })
    await writeFile(killed.wal.replace(killed.home, test.home), bytes)
    const { frames, tornBytes, damagedAt } = decodeJournal(bytes)
    const verdict = await verifyLog({ dir: join(test.home, 'audit') })
    const lease = { epoch: 5, lost: new Promise<void>(() => {}) }
    const audit = await test.open({ lease }).catch((error: unknown) => error)
    if (audit instanceof Error) {
      const isAgreed = audit.name === 'LogDamaged' && damagedAt !== undefined && verdict.exitCode === 1
      return isAgreed ? undefined : `${audit.message}, but the verifier says ${verdict.status}`
    }
    await (audit as Awaited<ReturnType<typeof test.open>>).close()
    const recovered = test.indexed.find(({ body }) => body.type === 'log.recovered')?.body
    const told = recovered?.type === 'log.recovered' ? recovered.tornBytes : 0
    if (told !== tornBytes) return `${told} torn bytes told, ${tornBytes} found`
    const after = await verifyLog({ dir: join(test.home, 'audit') })
    const isWhole = verdict.status === 'intact' && after.status === 'intact' && frames.length === whole
    return isWhole ? undefined : `${verdict.message}, then ${after.message}`
  } finally {
    await test.remove()
  }
}

/** A few zeros at the end may be a change as well. */
function isFew(manner: Manner, count: number): boolean {
  return manner === 'zeros' && count < 16
}

interface Tear {
  readonly at: number
  readonly manner: Manner
  /** Records that are whole. */
  readonly whole: number
}

/** Every torn journal: each manner at each byte of the last records. */
function* tears({ bytes, starts }: Killed): Generator<Tear> {
  for (let at = starts.at(-tornRecords) ?? 0; at < bytes.length; at += 1) {
    const whole = starts.filter((begin) => begin <= at).length - 1
    for (const manner of manners) yield { at, manner, whole }
  }
}

export async function main({ seed, share, say = () => {} }: TornOptions): Promise<TornFigures> {
  const random = seeded(seed)
  const killed = await makeKilled()
  const { bytes, starts } = killed
  const wrong: string[] = []
  let [read, started] = [0, 0]
  /** What went wrong with one torn journal, read alone and, for a share, under a log that starts. */
  const attempt = async ({ at, manner, whole }: Tear): Promise<string | undefined> => {
    const changed = torn(bytes, { manner, at }, random)
    read += 1
    const misread = judge(
      decodeJournal(changed),
      isFew(manner, bytes.length - at) ? 'garbage' : manner,
      whole,
    )
    if (misread !== undefined || random() >= share) return misread
    started += 1
    return start(killed, changed, whole)
  }
  try {
    for (const tear of tears(killed)) {
      const fault = await attempt(tear)
      if (fault !== undefined) wrong.push(`${tear.manner} ${tear.at}: ${fault}`)
      if (read % 1500 === 0)
        say(`byte ${tear.at} of ${bytes.length}, ${started} started, ${wrong.length} wrong`)
    }
    wrong.push(...changedInTheMiddle(bytes, starts.at(-1) ?? 0))
  } finally {
    await rm(killed.home, { recursive: true, force: true })
  }
  return { seed, read, started, wrong }
}

/** Every byte before the last record, changed: never passed over. */
function changedInTheMiddle(bytes: Buffer, end: number): string[] {
  const missed: string[] = []
  for (let at = 0; at < end; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 0x40
    if (decodeJournal(changed).damagedAt === undefined) missed.push(`changed ${at}: not called damage`)
  }
  return missed
}
