/** `CREATE TABLE … AS` and `DROP TABLE`: the walk of a query, at whose end a table stands in the bulle and no row has left it. */
import { type Bulle, type BulleTable, workspaceSchema } from '../../dataset/bulle.ts'
import type { Change, NewTable } from '../../dataset/workspace.ts'
import type { Built, Parser, ReleasedTable } from '../../engine/engine.ts'
import type { Granted } from '../../habilitation/decision.ts'
import { canonical, sha256 } from '../../kernel/hash.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { withheldOf } from '../answer.ts'
import type { Disclosed } from '../disclosure/disclose.ts'
import type { Journal, Work } from '../journal.ts'
import type { Permission } from '../permission.ts'
import type { Plan } from '../plan.ts'
import type { Answer, QueryNeeds, Question } from '../question.ts'
import { insistQuota } from '../quota.ts'
import type { Run } from '../running.ts'
import type { Creation, Removal } from '../statement/header.ts'
import { compose, readInputs, releaseLeaves } from '../steps.ts'
import { thresholdsOf } from '../thresholds.ts'
import { knownTables } from '../typing/hints.ts'
import type { Statement } from '../understand.ts'
import { nothingReleased, type TablePlan, understandTable } from './table.ts'

/** Derived tables of one project. */
const maxTables = 200

/** A change that somebody may ask for, and what is at hand to make it. */
export interface Asked {
  readonly permission: Permission
  readonly asked: Granted
  readonly header: Creation | Removal
  readonly question: Question
  readonly journal: Journal
  readonly run: Run
}

/** The answer is the schema: no row, no number of rows. The release entry is durable before the table can be found. */
export function changeTables(needs: QueryNeeds, asked: Asked): Promise<Answer> {
  const { header, question, run } = asked
  return needs.workspace.change(question.project, async (change) => {
    // Another change was in hand before: the permit is read again further down.
    run.check()
    const bulle = await run.wait(asked.permission.bulle(asked.asked))
    return header.kind === 'create'
      ? create(needs, { ...asked, header, bulle, change })
      : drop(needs, { ...asked, header, bulle, change })
  })
}

/** What `changeTables` would say of the text, without doing anything. */
export async function understandChange(
  needs: Pick<QueryNeeds, 'parser' | 'workspace'>,
  bulle: Bulle,
  { header, text }: { header: Creation | Removal; text: Statement },
): Promise<Plan> {
  const tables = (await needs.workspace.list(bulle.project)).map(({ table }) => table)
  if (header.kind === 'drop') checkRemoval(header, bulle, tables)
  else checkName(header, bulle, tables)
  return planOfChange(needs.parser, bulle, { header, text })
}

/** What the text of a change means on a catalogue, whatever tables there are. */
export async function planOfChange(
  parser: Parser,
  bulle: Bulle,
  { header, text }: { header: Creation | Removal; text: Statement },
): Promise<Plan> {
  if (header.kind === 'drop') return removalPlan(header)
  const { plan } = await understandTable(parser, bulle, { ...text, sql: header.body })
  return planUnderName(header, plan)
}

/** The name is part of what was asked. */
function planUnderName({ name }: Creation, plan: Plan): Plan {
  return { ...plan, sha256: sha256(canonical([name, plan.sha256])) }
}

type Named = Pick<NewTable, 'name'>
type Changing<Header> = Omit<Asked, 'header'> & {
  readonly header: Header
  readonly bulle: Bulle
  readonly change: Change
}

async function create(needs: QueryNeeds, asked: Changing<Creation>): Promise<Answer> {
  const { bulle, change, header, permission, question, run } = asked
  checkName(
    header,
    bulle,
    change.tables.map(({ table }) => table),
  )
  const { parameters } = question
  const text = { sql: header.body, today: permission.today, ...(parameters ? { parameters } : {}) }
  const table = await run.wait(understandTable(needs.parser, bulle, text))
  const work = await intend(needs, asked, planUnderName(header, table.plan))
  const disclosed = await run.wait(releaseLeaves(needs, work, run))
  const folder = await change.begin()
  const given = await run.wait(readInputs(needs, { ...work, disclosed, inputs: table.inputs }, run))
  const tables = table.facts.class === 'personal' ? given : disclosed.map((leaf) => leaf.table)
  const built = await build(needs, { table, tables, folder }, run)
  const plan = { ...work.plan, columns: built.columns.slice(0, table.columns.length) }
  const answer = await conclude(needs, asked, { ...work, plan, disclosed })
  await change.publish(folder, manifest(needs, { name: header.name, table, built }, { ...work, disclosed }))
  return answer
}

async function drop(needs: QueryNeeds, asked: Changing<Removal>): Promise<Answer> {
  const { bulle, change, header } = asked
  checkRemoval(
    header,
    bulle,
    change.tables.map(({ table }) => table),
  )
  const work = await intend(needs, asked, removalPlan(header))
  const answer = await conclude(needs, asked, { ...work, disclosed: [] })
  await change.drop(header.name)
  return answer
}

/** The decision on what is read, then the entry that goes before the act. */
async function intend(
  needs: QueryNeeds,
  { bulle, journal, permission, run }: Changing<unknown>,
  plan: Plan,
): Promise<Work> {
  const datasets = run.reads(plan.reads.map(({ dataset }) => dataset))
  const granted = await permission.insist(datasets)
  run.check()
  await insistQuota(needs, granted)
  const work = { plan, bulle, granted }
  await journal.intent(work)
  return work
}

/** The permit must hold at this moment too; then the entry that goes before the answer, and before the table. */
async function conclude(
  needs: QueryNeeds,
  { journal, permission, question, run }: Changing<unknown>,
  work: Work & { readonly disclosed: readonly Disclosed[] },
): Promise<Answer> {
  const rows = { columns: work.plan.columns, rows: [] }
  const { answer, leaving } = await run.wait(compose(needs, { ...work, rows }, question))
  const datasets = run.reads(work.plan.reads.map(({ dataset }) => dataset))
  const still = await permission.insist(datasets)
  run.check()
  return { id: run.id, ...answer, receipt: await journal.release(leaving, still) }
}

interface Building {
  readonly table: TablePlan
  /** What its statement reads beside the relations of the bulle. */
  readonly tables: readonly ReleasedTable[]
  readonly folder: string
}

/** Waits for the end of the process even when the query is stopped: the folder is removed after this. */
async function build(needs: QueryNeeds, { table, tables, folder }: Building, run: Run): Promise<Built> {
  const { statement, names, facts } = table
  const order = {
    mounts: table.tables.map(({ mount }) => mount),
    tables,
    statement,
    names,
    folder,
    isPersonal: facts.class === 'personal',
  }
  try {
    return await needs.builder.build(order, { limits: needs.limits, signal: run.signal })
  } catch (error) {
    run.check()
    throw error
  }
}

interface Made {
  readonly name: string
  readonly table: TablePlan
  readonly built: Built
}

function manifest(
  needs: QueryNeeds,
  { name, table, built }: Made,
  work: Work & { readonly disclosed: readonly Disclosed[] },
): NewTable {
  const { plan, bulle, disclosed } = work
  const { cells, groups, rules } = withheldOf(plan, disclosed, bulle.tables)
  const isRead = (dataset: string) => plan.reads.some((read) => read.dataset === dataset)
  return {
    format: 1,
    name,
    ...table.facts,
    columns: table.columns.map((column, index) => ({ ...column, type: built.columns[index]?.type ?? '' })),
    unique: table.isPerPerson && built.isUnique,
    reads: plan.reads.map((read) => ({ ...read, columns: [...read.columns] })),
    seals: bulle.datasets.flatMap(({ name: dataset, seal }) =>
      seal !== undefined && isRead(dataset) ? [{ dataset, seal }] : [],
    ),
    k: thresholdsOf(needs, work).k,
    ...(table.isReleased ? { withheld: { cells, groups, rules: [...rules] } } : {}),
    definition: plan.sha256,
    madeAt: needs.clock.now(),
  }
}

function removalPlan({ name }: Removal): Plan {
  const hash = sha256(canonical({ drop: name.toLowerCase() }))
  return {
    leaves: [],
    outer: nothingReleased,
    columns: [],
    partial: false,
    reads: [],
    derived: [],
    sha256: hash,
  }
}

const isSame = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()

function isGranted({ tables }: Bulle, name: string): boolean {
  return tables.some((table) => table.derived === undefined && isSame(table.name, name))
}

/** A table that is known to statements is replaced only when the text says so; one that is stale is in nobody's way. */
function checkName(header: Creation, bulle: Bulle, tables: readonly Named[]): void {
  const { name, place: location, replaces } = header
  const isTaken = bulle.tables.some((table) => isDerived(table) && isSame(table.name, name))
  if (isGranted(bulle, name) || (isTaken && !replaces)) throw new Refusal('WORKSPACE_NAME', { location })
  const others = tables.filter((table) => !isSame(table.name, name))
  if (others.length >= maxTables) throw new Refusal('WORKSPACE_LIMIT', { location })
}

function isDerived({ dataset }: BulleTable): boolean {
  return dataset === workspaceSchema
}

function checkRemoval(header: Removal, bulle: Bulle, tables: readonly Named[]): void {
  const { name, place: location, isLenient } = header
  if (isGranted(bulle, name)) throw new Refusal('WORKSPACE_NAME', { location })
  const names = tables.map((table) => table.name)
  if (isLenient || names.some((one) => isSame(one, name))) return
  throw new Refusal('RELATION_UNKNOWN', { location, ...knownTables(name, names) })
}
