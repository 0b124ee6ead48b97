/**
 * From a submitted deposit to its verdict, in the background: one at a time, each in a process of its own. Nothing of a
 * deposit counts before its last step, so a stop at any moment means that it is checked again at the next start.
 */
import type { Audit } from '../audit/record.ts'
import type { Closable } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { CheckerNeeds, Job, Outcome, Watch } from './check-job.ts'
import { categoryFindings } from './contract.ts'
import { attemptToRead } from './deposit-reading.ts'
import { type Finding, verdictOf } from './finding.ts'
import { isDiskFull } from './lack.ts'
import { openLane } from './lane.ts'
import type { Progress } from './progress.ts'
import type { DatasetRegister } from './register.ts'
import { domainOf } from './relations.ts'
import { type Signature, signatureOf } from './signing.ts'

export interface Checker extends Closable {
  /** Puts a submitted deposit into the queue. Returns at once. */
  check(deposit: string): void
  progress(deposit: string): Progress | undefined
  /** At start: cleans what a crash left and checks again what it interrupted. */
  resume(): Promise<void>
  /** Resolves when the queue is empty. */
  idle(): Promise<void>
}

/** A process may die of something else than the file: it is read again once. */
const attempts = 2
const retryMs = 60_000

export function openChecker(needs: CheckerNeeds): Checker {
  const progress = new Map<string, Progress>()
  const stopped = new AbortController()
  const lane = openLane()
  const check = (deposit: string) => {
    progress.set(deposit, { step: 'queued' })
    const say = (step: Progress) => void progress.set(deposit, step)
    const work = async () => {
      if (stopped.signal.aborted) return
      const watch = { say, signal: stopped.signal }
      await checkOne(needs, deposit, watch).catch((error) => giveBack(needs, deposit, error))
      progress.delete(deposit)
    }
    lane.add(work, (error) => {
      progress.delete(deposit)
      if (stopped.signal.aborted) return
      needs.log.error('a deposit could not be checked', { deposit, error: wordOf(error) })
      // What else went wrong: still `checking`, the next start tries again.
      if (isPassing(error)) again(deposit)
    })
  }
  const again = (deposit: string) => {
    progress.set(deposit, { step: 'waiting' })
    const next = () => (stopped.signal.aborted ? undefined : check(deposit))
    setTimeout(next, needs.retryMs ?? retryMs).unref()
  }
  return {
    check,
    progress: (deposit) => progress.get(deposit),
    async resume() {
      await needs.storage.recover(await knownTo(needs.register))
      for (const deposit of await needs.register.checking()) check(deposit.id)
    },
    idle: () => lane.idle(),
    async close() {
      stopped.abort()
      await lane.idle()
    },
  }
}

/** The room that an attempt took is given back before the next one: somebody else may need it meanwhile. */
async function giveBack({ storage }: CheckerNeeds, deposit: string, error: unknown): Promise<never> {
  await storage.clean(deposit).catch(() => 'done at the next attempt')
  throw error
}

/** A disk without room, or a log that takes nothing: no part of the deposit. */
function isPassing(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof Refusal && error.code === 'UNAVAILABLE')
}

function wordOf(error: unknown): string {
  return error instanceof Refusal ? error.code : error instanceof Error ? error.name : 'unknown'
}

async function knownTo(register: DatasetRegister) {
  const versions = new Map<string, number>()
  for (const { descriptor, lastVersion } of await register.list()) {
    if (lastVersion !== undefined) versions.set(descriptor.name, lastVersion)
  }
  return {
    versions,
    async files(id: string) {
      const deposit = await register.deposit(id)
      if (deposit?.status !== 'open' && deposit?.status !== 'checking') return null
      return (await register.files(id)).map((file) => file.file)
    },
  }
}

async function checkOne(needs: CheckerNeeds, id: string, watch: Watch): Promise<void> {
  const deposit = await needs.register.deposit(id)
  const declared = deposit === null ? null : await needs.register.find(deposit.dataset)
  if (deposit === null || declared === null || deposit.status !== 'checking') return
  const files = await needs.register.files(id)
  const job: Job = { needs, watch, deposit, declared, files, version: (declared.lastVersion ?? 0) + 1 }
  const outcome = await examine(job)
  if (watch.signal.aborted) return
  await conclude(job, outcome)
  await needs.storage.discard(id)
}

async function examine(job: Job): Promise<Outcome> {
  const { descriptor } = job.declared
  const there = new Set(job.files.map((file) => file.table))
  const absent = descriptor.resources.filter((resource) => !there.has(resource.name))
  const findings: Finding[] = [
    ...(job.needs.sandboxed ? [] : [{ severity: 'warning', rule: 'sandbox.missing', count: 1 } as const]),
    ...absent.map(
      ({ name }) => ({ severity: 'error', rule: 'table.absent', table: name, count: 1 }) as const,
    ),
  ]
  if (absent.length > 0) return { findings }
  const { holderKeys } = job.needs
  const { contract } = job.declared
  const isDemanded = contract?.manifest === 'required'
  const signature = await signatureOf(holderKeys, { ...job, isDemanded })
  findings.push(...signature.findings, ...(await promised(job, signature)))
  // What is not what was signed or promised is not even read.
  if (verdictOf(findings) === 'refused') return { findings }
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    // A process that died of memory that it was not to touch reads the second time value by value.
    const outcome = await attemptToRead({ ...job, signature }, { findings, arrowByValues: attempt > 1 })
    if (outcome !== null) return outcome
  }
  // The reader died or gave up each time: the file is to blame as far as anybody can tell, and the depositor is told so.
  const { dataset, id } = job.deposit
  await record(job, { type: 'deposit.failed', dataset, deposit: id })
  return { findings: [...findings, { severity: 'error', rule: 'internal', count: 1 }] }
}

/** What the contract of the dataset asks of every deposit and this one does not keep. */
async function promised({ needs, declared }: Job, { signed }: Signature): Promise<readonly Finding[]> {
  const { contract, descriptor } = declared
  if (contract === undefined) return []
  const listed = (await needs.optOuts?.version(domainOf(descriptor))) ?? 0
  const isLacking =
    contract.optOutFile === 'required' && listed === 0 && (signed?.manifest.optOuts ?? null) === null
  const absent: readonly Finding[] = [{ severity: 'error', rule: 'contract.opt-outs', count: 1 }]
  return [...(isLacking ? absent : []), ...categoryFindings(contract, descriptor)]
}

function record(job: Job, body: Parameters<Audit['append']>[0]) {
  const by = { ...job.deposit.opener, level: 0, door: 'system' } as const
  return job.needs.audit.append(body, { by, holders: [job.declared.descriptor.holder] })
}

/** Records the verdict, then makes it true: for an accepted deposit the folder, then the row by which it is found. */
async function conclude(job: Job, { findings, sealed, quality }: Outcome): Promise<void> {
  const { needs, deposit } = job
  const { dataset, id } = deposit
  const status = verdictOf(findings)
  if (status !== 'accepted' || sealed === undefined) {
    const refused = status === 'accepted' ? 'refused' : status
    await record(job, { type: `deposit.${refused}`, dataset, deposit: id, findings: findings.length })
    await needs.register.end({ deposit: id, status: refused, findings, at: needs.clock.now() })
    return
  }
  job.watch.say({ step: 'publish' })
  const { version } = job
  const manifestSha256 = await needs.storage.seal(sealed.folder, sealed.manifest)
  await needs.at?.('sealed')
  await record(job, {
    ...{ type: 'deposit.accepted', dataset, deposit: id, version, manifestSha256 },
    ...(sealed.manifest.signed && { signedSha256: sealed.manifest.signed.sha256 }),
    ...(sealed.optOuts && {
      optOuts: { version: sealed.optOuts.version, removed: sealed.optOuts.removed },
    }),
  })
  await needs.at?.('recorded')
  await needs.storage.publish(id, { dataset, version })
  await needs.at?.('renamed')
  const at = needs.clock.now()
  await needs.register.end({
    deposit: id,
    status,
    findings,
    at,
    version: { dataset, version, manifestSha256, publishedAt: at },
    ...(quality === undefined ? {} : { quality }),
  })
  await needs.at?.('registered')
  needs.onPublished?.(dataset)
}
