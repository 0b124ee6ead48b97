/** The steps of a query that wait for an engine. */
import type { Bulle, BulleTable } from '../dataset/bulle.ts'
import { engineVersion } from '../engine/capabilities.ts'
import type { Format, ReleasedTable, RewrittenStatement, Rows } from '../engine/engine.ts'
import { sha256 } from '../kernel/hash.ts'
import { costOf, digestOf, disclosureOf, jsonRows, type Report, unmark, type Visible } from './answer.ts'
import type { Keep } from './disclosure/across.ts'
import type { Disclosed } from './disclosure/disclose.ts'
import type { Thresholds } from './disclosure/rules.ts'
import { type WithheldCell, withheldCells } from './disclosure/withheld.ts'
import { type Exact, personalDatasets, withWithheld } from './exact.ts'
import { readInput, releaseInOrder } from './input.ts'
import type { Leaving, Work } from './journal.ts'
import type { Input, Plan } from './plan.ts'
import type { Answer, FileFormat, QueryNeeds, Question } from './question.ts'
import { cutRows, isUncut } from './quota.ts'
import type { Run } from './running.ts'
import { thresholdsOf } from './thresholds.ts'
import { maxInputRows } from './typing/input.ts'
import { notesOf } from './workbook.ts'

type Engines = Pick<QueryNeeds, 'vault' | 'releaser' | 'limits' | 'rulebook'>

/** Runs the leaves one after the other in the process of the bulle; none is opened for a statement on public tables alone. */
export async function releaseLeaves(needs: Engines, work: Work, run: Run): Promise<readonly Disclosed[]> {
  return releaseUnder(needs, { ...work, thresholds: thresholdsOf(needs, work) }, run)
}

/** What is asked of an extract, whoever may ask it. */
export type Posed = Pick<Work, 'plan' | 'bulle'>

/** The same under thresholds that somebody else has settled; `keep` is told what is withheld. */
export async function releaseUnder(
  needs: Pick<Engines, 'vault' | 'releaser' | 'limits'>,
  { plan, bulle, thresholds, keep }: Posed & { readonly thresholds: Thresholds; readonly keep?: Keep },
  { signal }: Pick<Run, 'signal'>,
): Promise<readonly Disclosed[]> {
  if (plan.leaves.length === 0) return []
  const mounts = bulle.tables.filter(({ closed }) => !closed).map(({ mount }) => mount)
  const session = await needs.vault.open({ id: bulle.id, mounts }, { limits: needs.limits, signal })
  try {
    return await releaseInOrder(session, plan.leaves, {
      thresholds,
      keep,
      answer: (statement, tables) => answerInput(needs, { plan, bulle, tables, statement }, signal),
    })
  } finally {
    await session.close()
  }
}

/** The released relations that stand beside rows of persons in a derived table. */
export async function readInputs(
  needs: Engines,
  { plan, bulle, disclosed, inputs }: Work & { disclosed: readonly Disclosed[]; inputs: readonly Input[] },
  { signal }: Run,
): Promise<readonly ReleasedTable[]> {
  const released = disclosed.map(({ table }) => table)
  const given: ReleasedTable[] = []
  for (const input of inputs)
    given.push(
      await readInput(input, released, (statement, tables) =>
        answerInput(needs, { plan, bulle, tables, statement }, signal),
      ),
    )
  return given
}

interface Asking {
  readonly plan: Plan
  readonly bulle: Bulle
  readonly tables: readonly ReleasedTable[]
  readonly statement: RewrittenStatement
}

/** What stands above leaves is run by the release engine, whether it is the answer or goes back into the vault. */
function answerInput(
  { releaser, limits }: Pick<Engines, 'releaser' | 'limits'>,
  { plan, bulle, tables, statement }: Asking,
  signal: AbortSignal,
): Promise<Rows> {
  const mounts = bulle.tables.filter((table) => isReadPublic(plan, table)).map(({ mount }) => mount)
  const maxRows = Math.min(limits.maxRows, maxInputRows)
  const options = { limits: { ...limits, maxRows }, signal, bulle: bulle.id }
  return releaser.finish({ tables, mounts, statement }, options)
}

/** Everything above the leaves, where no patient row exists. */
export async function finish(
  { releaser, limits }: Pick<QueryNeeds, 'releaser' | 'limits'>,
  { plan, bulle, disclosed }: Posed & { readonly disclosed: readonly Disclosed[] },
  { signal }: Pick<Run, 'signal'>,
): Promise<Rows> {
  const tables = disclosed.map(({ table }) => table)
  const mounts = bulle.tables.filter((table) => isReadPublic(plan, table)).map(({ mount }) => mount)
  return releaser.finish({ tables, mounts, statement: plan.outer }, { limits, signal, bulle: bulle.id })
}

/** Whether no cell of the answer can be withheld and none is cut: it may leave as the engine made it. */
export function isWhole({ plan, granted }: Work): boolean {
  return plan.leaves.length === 0 && plan.derived.length === 0 && isUncut(granted)
}

/** An answer on public tables alone as a file, complete but for its receipt. */
export async function send(
  needs: Pick<QueryNeeds, 'releaser' | 'limits' | 'rulebook'>,
  work: Work,
  { format, language = 'fr', signal }: Pick<Question, 'language'> & { format: Format; signal: AbortSignal },
): Promise<Composed> {
  const { plan, bulle } = work
  const mounts = bulle.tables.filter((table) => isReadPublic(plan, table)).map(({ mount }) => mount)
  const asked = { tables: [], mounts, statement: plan.outer, columns: plan.columns }
  const options = { limits: needs.limits, signal, format, bulle: bulle.id }
  const { bytes, rows } = await needs.releaser.send(asked, options)
  const visible = { rows: { columns: plan.columns, rows: [] }, suppressed: [] }
  const report = { thresholds: thresholdsOf(needs, work), disclosed: [], tables: bulle.tables, language }
  const said = saidOf(plan, visible, report)
  const disclosure = { ...said.disclosure, groupsWithheld: rows === 0 }
  return composed(needs, work, { said: { ...said, disclosure }, body: { format, bytes }, rows })
}

/** No other relation is there for the outer statement to name. */
function isReadPublic(
  { reads, derived }: Pick<Plan, 'reads' | 'derived'>,
  { dataset, name, class: kind, derived: isDerived }: BulleTable,
): boolean {
  if (kind !== 'public') return false
  if (isDerived) return derived.includes(name)
  return reads.some((read) => read.dataset === dataset && read.table === name)
}

interface Finished extends Work {
  readonly disclosed: readonly Disclosed[]
  readonly rows: Rows
}

/** The answer as it will be sent, complete but for its receipt, and what the log keeps of it. */
export async function compose(
  needs: Pick<QueryNeeds, 'releaser' | 'rulebook'>,
  { disclosed, rows, ...work }: Finished,
  { format = 'json', language = 'fr' }: Question,
): Promise<Composed> {
  const { plan, bulle } = work
  const { cutAt, ...visible } = visibleOf(work, rows)
  const thresholds = thresholdsOf(needs, work)
  const said = saidOf(plan, visible, { thresholds, disclosed, tables: bulle.tables, language, cutAt })
  const bytesAs = (form: FileFormat) => {
    if (form !== 'xlsx') return needs.releaser.encode(visible.rows, form)
    const notes = { facts: factsOf(needs, work), said, thresholds, language }
    return needs.releaser.workbook(visible.rows, notesOf({ ...work, ...notes }))
  }
  const body = format === 'json' ? undefined : { format, bytes: await bytesAs(format) }
  return composed(needs, work, { said, rows: said.rows.length, ...(body && { body }) })
}

/** What a person would see of the rows of the outer statement, as many as the permit grants. */
function visibleOf({ plan, granted }: Work, rows: Rows): Visible & { readonly cutAt?: number } {
  const { rows: kept, cutAt } = cutRows(rows.rows, granted)
  return { ...unmark(plan, { ...rows, rows: kept }), ...(cutAt !== undefined && { cutAt }) }
}

/** The answer, and what it withholds put back for the checkers. Exact evidence of every leaf, whatever the data. */
export async function composeExact(
  needs: QueryNeeds,
  work: Work,
  { question, run }: { readonly question: Question; readonly run: Run },
): Promise<Composed & { readonly answer: { readonly exact: Exact } }> {
  const thresholds: Thresholds = { ...thresholdsOf(needs, work), plan: 'exact' }
  const withheld: WithheldCell[] = []
  const keep: Keep = (leaf, verdict) => withheld.push(...withheldCells(verdict, leaf, thresholds))
  const disclosed = await run.wait(releaseUnder(needs, { ...work, thresholds, keep }, run))
  const rows = await run.wait(finish(needs, { ...work, disclosed }, run))
  const { answer, leaving } = await run.wait(compose(needs, { ...work, disclosed, rows }, question))
  const filled = withWithheld(work.plan, visibleOf(work, rows), withheld)
  const bytes = await run.wait(needs.releaser.encode(filled.rows, 'csv'))
  const exact = { bytes, cells: filled.cells, datasets: personalDatasets(work.plan) }
  return { answer: { ...answer, exact }, leaving }
}

interface Composed {
  readonly answer: Omit<Answer, 'id' | 'receipt'>
  readonly leaving: Leaving
}

/** What every answer says of what it rests on. */
function factsOf({ rulebook }: Pick<QueryNeeds, 'rulebook'>, { granted }: Work) {
  return {
    permit: `sha256:${granted.current.permit.sha256}`,
    policy: `sha256:${rulebook.sha256.replace(/^sha256:/, '')}`,
    engine: `DuckDB ${engineVersion()}`,
  }
}

interface Composing {
  readonly said: ReturnType<typeof saidOf>
  readonly rows: number
  readonly body?: Answer['body']
}

function composed(
  needs: Pick<QueryNeeds, 'rulebook'>,
  work: Work,
  { said, rows, body }: Composing,
): Composed {
  const { plan, bulle } = work
  const digest = body ? { sha256: sha256(body.bytes), bytes: body.bytes.byteLength } : digestOf(said)
  return {
    answer: {
      ...said,
      ...factsOf(needs, work),
      cost: costOf(plan, bulle),
      ...(body ? { body } : {}),
    },
    leaving: { ...shapeOf(plan, rows), cellsWithheld: said.suppressed.length, ...digest },
  }
}

/** What an answer says, without what it rests on. */
export function saidOf(
  plan: Plan,
  visible: Visible,
  report: Report,
): Pick<Answer, 'columns' | 'rows' | 'suppressed' | 'disclosure'> {
  return {
    columns: plan.columns,
    rows: jsonRows(visible.rows),
    suppressed: visible.suppressed,
    disclosure: disclosureOf(plan, visible, report),
  }
}

function shapeOf({ columns }: Plan, rows: number): Pick<Leaving, 'rows' | 'columns'> {
  return { rows, columns: columns.length }
}
