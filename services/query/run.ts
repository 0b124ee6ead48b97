/** The use-cases of a query. `runQuery` reads top to bottom like its walk (style.md 6). */

import { randomUUID } from 'node:crypto'
import { onRecord } from '../audit/record.ts'
import type { Bulle } from '../dataset/bulle.ts'
import type { Granted } from '../habilitation/decision.ts'
import type { Person } from '../identity/person.ts'
import type { Actor, Receipt } from '../kernel/id.ts'
import { Refusal, refusals } from '../kernel/refusal.ts'
import { withheldOf } from './answer.ts'
import { type Exact, insistExact } from './exact.ts'
import { acceptedForm } from './explain/accepted.ts'
import { explanationOf } from './explain/explain.ts'
import { aboutQuestion, Journal, type Leaving, type Work } from './journal.ts'
import { Permission, startOf } from './permission.ts'
import type { Plan } from './plan.ts'
import type { Answer, Check, QueryNeeds, Question } from './question.ts'
import { insistQuota, timeOf } from './quota.ts'
import type { QueryRun } from './registry.ts'
import type { Run } from './running.ts'
import { readHeader } from './statement/header.ts'
import { compose, composeExact, finish, isWhole, releaseLeaves, send } from './steps.ts'
import { thresholdsOf } from './thresholds.ts'
import { type Statement, understand } from './understand.ts'
import { changeTables, understandChange } from './workspace/change.ts'

/**
 * Asks a question of a project. What it answers is in the log, on disk, before it resolves, and may be sent as it is. Refusals:
 * those of the rulebook, of the text and of the run; all are recorded. A query that is stopped answers at once.
 */
export function runQuery(needs: QueryNeeds, by: Person, question: Question): Promise<Answer> {
  return walk(needs, { by, question }, async (walking) => {
    const header = readHeader(question.sql)
    if (header) return await changeTables(needs, { ...walking, header })
    return await answerText(needs, walking, { answer: answerTo })
  })
}

/** Is told what is asked before it is, once nothing but the log stands in between. */
interface Recording {
  record(work: Work): Promise<void>
}

/**
 * As `runQuery`, in CSV, with the cells that the rules withhold beside the answer: for what is sealed to the checkers of the airlock.
 * Refusals of `runQuery` and of `insistExact`; a statement that changes tables has no cells, and is the caller's to refuse.
 */
export function runExact(
  needs: QueryNeeds,
  by: Person,
  { question, record }: Recording & { readonly question: Question },
): Promise<Answer & { readonly exact: Exact }> {
  return walk(needs, { by, question: { ...question, format: 'csv' } }, (walking) =>
    answerText(needs, walking, {
      insist: ({ plan, granted }) => insistExact(plan, granted),
      record,
      answer: (_, { work, ...asked }) => composeExact(needs, work, asked),
    }),
  )
}

interface Walking {
  readonly question: Question
  readonly permission: Permission
  readonly asked: Granted
  readonly journal: Journal
  readonly run: Run
}

/** May this person ask, and is it her turn: then `steps`. How it ends is in the log and in her list. */
async function walk<T extends { readonly receipt: Receipt }>(
  needs: QueryNeeds,
  { by, question }: { readonly by: Person; readonly question: Question },
  steps: (walking: Walking) => Promise<T>,
): Promise<T> {
  const { running, turns } = needs
  const { project, id = randomUUID() } = question
  const permission = new Permission(needs, by, question)
  const journal = new Journal(needs, { id, project, by }, { ...question, permission })
  return journal.keep(async () => {
    // May this person ask anything of this project, for this purpose, now?
    const asked = await permission.insist()
    needs.witnessing.insistHeard()
    await journal.allowed(asked)
    const timeoutMs = timeOf(asked, needs.limits.timeoutMs)
    const { waitMs } = turns.limits
    const run = running.start({ ...startOf(asked, by, question), id, timeoutMs, waitMs })
    const turn = turns.enter({ id, project, by })
    try {
      // A few at a time. Who waits can be stopped too, and leaves when the client does.
      await run.wait(turn.ready)
      run.begins()
      return await steps({ question, permission, asked, journal, run })
    } finally {
      turn.end()
      run.end()
    }
  })
}

interface Answering {
  readonly work: Work
  readonly question: Question
  readonly run: Run
}

interface How<T> extends Partial<Recording> {
  insist?(work: Work): void
  answer(needs: QueryNeeds, answering: Answering): Promise<{ readonly answer: T; readonly leaving: Leaving }>
}

async function answerText<T extends object>(
  needs: QueryNeeds,
  { question, permission, asked, journal, run }: Walking,
  how: How<T>,
): Promise<T & Pick<Answer, 'id' | 'receipt'>> {
  // What does the text mean? From here on only our own tree is used, never the caller's text.
  const bulle = await run.wait(permission.bulle(asked))
  const plan = await run.wait(planOf(needs, { permission, bulle, text: textOf(question, permission) }))
  // The permit is read again, so that a stop between the first look and the start is not lost.
  const datasets = run.reads(plan.reads.map(({ dataset }) => dataset))
  const granted = await permission.insist(datasets)
  run.check()
  const work = { plan, bulle, granted }
  how.insist?.(work)
  await insistQuota(needs, granted)
  // Record, then act.
  await journal.intent(work)
  await how.record?.(work)
  // The patient rows stay where they are. What goes on has passed the disclosure rules.
  const { answer, leaving } = await how.answer(needs, { work, question, run })
  // The permit must hold at this very moment too. Record, then answer.
  const still = await permission.insist(datasets)
  run.check()
  return { id: journal.key.id, ...answer, receipt: await journal.release(leaving, still) }
}

async function answerTo(needs: QueryNeeds, { work, question, run }: Answering) {
  const { format = 'json', language } = question
  if (format !== 'json' && format !== 'xlsx' && isWhole(work))
    return run.wait(send(needs, work, { format, signal: run.signal, ...(language && { language }) }))
  const disclosed = await run.wait(releaseLeaves(needs, work, run))
  const rows = await run.wait(finish(needs, { ...work, disclosed }, run))
  return run.wait(compose(needs, { ...work, disclosed, rows }, question))
}

/**
 * Says what `runQuery` would decide on this text now. Refusals: NO_HABILITATION for a stranger, as for an unknown project, and
 * what is no decision on the query (a body that lacks something, a part that does not work).
 */
export async function checkQuery(needs: QueryNeeds, by: Person, question: Question): Promise<Check> {
  const { project, id: query = randomUUID() } = question
  const permission = new Permission(needs, by, question)
  const about = aboutQuestion({ by, project }, { ...question, permission })
  const endings = {
    refused: (code: Refusal['code']) => ({ type: 'query.checked', query, decision: 'refuse', code }) as const,
    failed: () => ({ type: 'query.abort', query, cause: 'failed' }) as const,
  }
  return onRecord(needs.audit, { about, endings }, async (record) => {
    const outcome = await decideText(needs, permission, question)
    if (!(outcome instanceof Refusal)) {
      await record({ type: 'query.checked', query, decision: 'allow' })
      const { plan } = outcome
      const explanation = explanationOf(plan, {
        thresholds: thresholdsOf(needs, outcome),
        language: question.language ?? 'fr',
        rules: withheldOf(plan, [], outcome.bulle.tables).rules,
      })
      return { decision: 'allow', tables: tablesOf(plan), columns: plan.columns, explanation }
    }
    await record({ type: 'query.checked', query, decision: 'refuse', code: outcome.code })
    const accepted = await acceptedHere(needs, by, { question, code: outcome.code })
    return { ...refusedCheck(outcome), ...(accepted && { accepted }), tables: [], columns: [] }
  })
}

/** The nearest accepted form, where it is accepted of this project too: its tables may be others. */
async function acceptedHere(
  needs: QueryNeeds,
  by: Person,
  { question, code }: { readonly question: Question; readonly code: Refusal['code'] },
): Promise<string | undefined> {
  const sql = acceptedForm(code)
  if (sql === undefined) return undefined
  const { parameters: _own, ...asked } = question
  // A permission of its own: what the log says of this check is said of its own text.
  const outcome = await decideText(needs, new Permission(needs, by, question), { ...asked, sql })
  return outcome instanceof Refusal ? undefined : sql
}

/** Stops a running query of one's own; false when there is none of that id. */
export async function cancelQuery(
  { audit, running }: Pick<QueryNeeds, 'audit' | 'running'>,
  by: Person,
  { project, id }: { project: string; id: string },
): Promise<boolean> {
  if (!running.isRunning(id, project, by)) return false
  await audit.append({ type: 'query.cancelled', query: id }, { by, project })
  return running.cancel(id, project, by)
}

/** One of one's own queries; `waiting` while its turn has not come. */
interface ListedRun extends QueryRun {
  readonly waiting?: true
}

/** One's own queries of a project, newest first; none for a stranger and for an unknown project. */
export async function listQueries(
  { registry, turns }: Pick<QueryNeeds, 'registry' | 'turns'>,
  by: Actor,
  project: string,
): Promise<readonly ListedRun[]> {
  const runs = await registry.list(project, by)
  return runs.map((run) => (turns.isWaiting(run.id) ? { ...run, waiting: true } : run))
}

/** The plan with what it was decided on, or the refusal when it is a decision; every other refusal is thrown on. */
async function decideText(
  needs: QueryNeeds,
  permission: Permission,
  question: Question,
): Promise<Work | Refusal> {
  try {
    const asked = await permission.insist()
    const bulle = await permission.bulle(asked)
    const text = textOf(question, permission)
    const header = readHeader(question.sql)
    const plan = header
      ? await understandChange(needs, bulle, { header, text })
      : await planOf(needs, { permission, bulle, text })
    const datasets = [...new Set(plan.reads.map(({ dataset }) => dataset))]
    const granted = await permission.insist(datasets)
    return { plan, bulle, granted }
  } catch (error) {
    if (error instanceof Refusal && isDecision(error)) return error
    throw error
  }
}

/** What a plan follows from, beside the catalogue. */
function textOf({ sql, parameters }: Question, { today }: Permission): Statement {
  return { sql, today, ...(parameters ? { parameters } : {}) }
}

/** The plan of a text on the extract that the caller may read: kept from the last time, or made and proved. */
function planOf(
  { parser, plans }: QueryNeeds,
  { permission, bulle, text }: { permission: Permission; bulle: Bulle; text: Statement },
): Promise<Plan> {
  return plans.of(permission.catalogue, text, () => understand(parser, bulle, text))
}

function isDecision({ code }: Refusal): boolean {
  if (code === 'NO_HABILITATION') return false
  const { room, status } = refusals[code]
  return status === 403 || room === 'query' || code === 'BULLE_NOT_READY'
}

function refusedCheck({ code, facts }: Refusal): Omit<Check, 'tables' | 'columns'> {
  const hint = facts.hint ?? { key: `refusal.${code}.hint`, with: facts.with ?? {} }
  return {
    decision: 'refuse',
    code,
    hint,
    ...(facts.location ? { location: facts.location } : {}),
  }
}

function tablesOf({ reads, derived }: Plan): readonly string[] {
  return [...reads.map(({ dataset, table }) => `${dataset}.${table}`), ...derived]
}
