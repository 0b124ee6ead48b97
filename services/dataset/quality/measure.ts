/** Measures a deposit that passed its checks: tags, label, risk, drift. Runs in the reader's process. */

import { type Connection, rowsOf } from '../asking.ts'
import { lineColumn } from '../check.ts'
import { byRow, byValue, type Counting, isRepeated, spreadsOf } from '../column-values.ts'
import type { Field, Resource } from '../descriptor.ts'
import type { Finding } from '../finding.ts'
import { name, text } from '../quote.ts'
import { withUnit } from '../reach.ts'
import { classOf } from '../relations.ts'
import { shareBand } from './bands.ts'
import { coverageOf } from './coverage.ts'
import { driftOf, driftStatement } from './drift.ts'
import { type Indicator, indicatorsOf } from './indicators.ts'
import {
  type Counts,
  type HolderQuality,
  openBand,
  type PublicQuality,
  type Quality,
  shareOf,
} from './label.ts'
import type { Measuring } from './measuring.ts'
import { hasShapes, type Looks, looksOf, type Tag, tagOf } from './tags.ts'

export interface Measured {
  readonly quality: Quality
  /** Proposed tags and broken orders, as warnings. */
  readonly findings: readonly Finding[]
}

interface Judged extends Indicator {
  readonly counts: Counts
}

interface TableMeasured {
  readonly resource: Resource
  readonly rows: number
  readonly distinct: number
  readonly tags: ReadonlyMap<string, Tag>
  readonly judged: readonly Judged[]
  readonly table: HolderQuality['tables'][number]
}

export async function measure(measuring: Measuring): Promise<Measured> {
  const tables: TableMeasured[] = []
  for (const resource of measuring.descriptor.resources) tables.push(await measureTable(measuring, resource))
  const { threshold: k } = measuring.descriptor
  const tags = new Map(tables.map(({ resource, tags: own }) => [resource.name, own]))
  const { coverage, monthsToDeposit } = await coverageOf(measuring, tags)
  const all = tables.flatMap(({ judged }) => judged)
  const of = (kind: Indicator['kind']) => all.filter((one) => one.kind === kind).map((one) => one.counts)
  const [complete, valid, ordered] = [of('completeness'), of('validity'), of('order')]
  const common = { k, timeliness: { monthsToDeposit }, coverage }
  const holder: HolderQuality = {
    ...common,
    completeness: shareOf(complete),
    validity: shareOf(valid),
    coherence: shareOf(ordered),
    tables: tables.map(({ table }) => table),
    ...(measuring.previous === undefined ? {} : { driftFrom: measuring.previous.version }),
  }
  const open: PublicQuality = {
    ...common,
    completeness: openBand(complete, k),
    validity: openBand(valid, k),
    coherence: openBand(ordered, k),
    columns: tables.flatMap((one) => openColumns(one, k)),
  }
  return { quality: { holder, public: open }, findings: tables.flatMap(findingsOf) }
}

function openColumns({ resource, judged, tags }: TableMeasured, k: number): PublicQuality['columns'] {
  return judged
    .filter(({ kind }) => kind === 'completeness')
    .map(({ column, counts }) => {
      const tag = tags.get(column)
      return {
        table: resource.name,
        column,
        completeness: openBand([counts], k),
        ...(tag === undefined ? {} : { tag }),
      }
    })
}

function findingsOf({ resource, judged, tags }: TableMeasured): Finding[] {
  const table = resource.name
  const proposed = [...tags].flatMap(([column, { code, source }]): Finding[] =>
    source === 'declared'
      ? []
      : [{ severity: 'warning', rule: 'quasi-identifier', table, column, count: 1, with: { code } }],
  )
  const broken = judged.flatMap(({ kind, column, second, counts }): Finding[] => {
    const count = counts.rows - counts.right
    if (kind === 'completeness' || count === 0) return []
    const severity = 'warning'
    return second === undefined
      ? [{ severity, rule: 'validity', table, column, count }]
      : [{ severity, rule: 'order', table, column, count, with: { second } }]
  })
  return [...proposed, ...broken]
}

async function measureTable(measuring: Measuring, resource: Resource): Promise<TableMeasured> {
  const { connection, descriptor, relationOf, today } = measuring
  const { fields } = resource.schema
  const isPersonal = classOf(descriptor, resource) === 'personal'
  const relation = relationOf(resource.name)
  // In a table of nobody each row stands for itself.
  const units = isPersonal
    ? `(${withUnit(descriptor, resource.name, relationOf)})`
    : `(SELECT *, ${lineColumn} AS __unit FROM ${relation})`
  const tags = isPersonal ? await tagsOf(connection, { fields, relation }) : new Map<string, Tag>()
  const indicators = indicatorsOf(resource, { tags, today })
  const judged = await judge(connection, indicators, units)
  const columns = fields.map(({ name: column }) => name(column)).join(', ')
  // The checks that it passed say that a primary key names one row.
  const different = resource.schema.primaryKey ? 'count(*)' : `count(DISTINCT hash(${columns}))`
  const [[rows, distinct] = []] = await rowsOf(connection, `SELECT count(*), ${different} FROM ${relation}`)
  const risk = isPersonal ? await riskOf(measuring, { resource, tags, units }) : undefined
  const drifts = await driftsOf(measuring, resource)
  const figures = { resource, rows: Number(rows), distinct: Number(distinct), tags, judged }
  return { ...figures, table: tableOf(figures, { drifts, risk }) }
}

type Table = HolderQuality['tables'][number]

function tableOf(
  { resource, rows, distinct, tags, judged }: Omit<TableMeasured, 'table'>,
  { drifts, risk }: { drifts: ReadonlyMap<string, ReturnType<typeof driftOf>>; risk: Table['risk'] },
): Table {
  const shareOn = (kind: Indicator['kind'], column: string) =>
    shareOf(judged.filter((one) => one.kind === kind && one.column === column).map((one) => one.counts))
  return {
    name: resource.name,
    rows,
    uniqueness: shareOf([{ rows, right: distinct, holds: 0, fails: 0 }]),
    columns: resource.schema.fields.map(({ name: column }) => {
      const tag = tags.get(column)
      const drift = drifts.get(column)
      return {
        name: column,
        completeness: shareOn('completeness', column) ?? 0,
        validity: shareOn('validity', column),
        ...(tag === undefined ? {} : { tag }),
        ...(drift === undefined ? {} : { drift }),
      }
    }),
    order: judged.flatMap(({ second, column, counts }) =>
      second === undefined ? [] : [{ first: column, second, share: shareOf([counts]) ?? 1 }],
    ),
    ...(risk === undefined ? {} : { risk }),
  }
}

const columnsPerStatement = 100

/** Columns whose values repeat are looked at one by one and value by value, all others together. */
async function tagsOf(
  connection: Connection,
  { fields, relation }: { fields: readonly Field[]; relation: string },
): Promise<Map<string, Tag>> {
  const shaped = fields.filter(hasShapes).map((field) => field.name)
  const spreads = await spreadsOf(connection, relation, shaped)
  const isApart = (field: Field) => {
    const spread = spreads.get(field.name)
    return spread !== undefined && isRepeated(spread)
  }
  const together = fields.filter((field) => !isApart(field))
  const tags = new Map<string, Tag>()
  const look = async (some: readonly Field[], counting: Counting) => {
    const longestOf = (field: Field) => spreads.get(field.name)?.longest ?? 0
    const figures = some.flatMap((field) => looksOf(field, counting, longestOf(field))).join(', ')
    const [row = []] = await rowsOf(connection, `SELECT ${figures} FROM ${counting.from}`)
    for (const [index, field] of some.entries()) {
      const tag = tagOf(field, looks(row.slice(8 * index, 8 * index + 8).map(Number)))
      if (tag !== null) tags.set(field.name, tag)
    }
  }
  for (let from = 0; from < together.length; from += columnsPerStatement) {
    await look(together.slice(from, from + columnsPerStatement), byRow(relation))
  }
  for (const field of fields.filter(isApart)) await look([field], byValue(relation, name(field.name)))
  return new Map(
    fields.flatMap((field) => {
      const tag = tags.get(field.name)
      return tag === undefined ? [] : [[field.name, tag] as const]
    }),
  )
}

function looks(figures: readonly number[]): Looks {
  const [
    filled = 0,
    distinct = 0,
    communes = 0,
    marked = 0,
    days = 0,
    months = 0,
    professionals = 0,
    span = 0,
  ] = figures
  return { filled, distinct, communes, marked, days, months, professionals, span }
}

/** Rows by person first: a person counts once on a side, however many rows. */
async function judge(
  connection: Connection,
  indicators: readonly Indicator[],
  units: string,
): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (let from = 0; from < indicators.length; from += columnsPerStatement) {
    const some = indicators.slice(from, from + columnsPerStatement)
    const byUnit = some.map(
      ({ base, right }, i) => `count_if(${base}) AS b${i}, count_if((${base}) AND (${right})) AS g${i}`,
    )
    const sums = some.map(
      (_, i) =>
        `COALESCE(sum(b${i}), 0), COALESCE(sum(g${i}), 0), count_if(g${i} > 0), count_if(b${i} > g${i})`,
    )
    const [row = []] = await rowsOf(
      connection,
      `SELECT ${sums.join(', ')} FROM (SELECT ${byUnit.join(', ')} FROM ${units} GROUP BY __unit)`,
    )
    some.forEach((indicator, i) => {
      const [rows = 0, right = 0, holds = 0, fails = 0] = row.slice(4 * i, 4 * i + 4).map(Number)
      judged.push({ ...indicator, counts: { rows, right, holds, fails } })
    })
  }
  return judged
}

/** The classes of the quasi-identifiers of one table: those that the holder declared, or else those that are proposed. */
async function riskOf(
  { connection, descriptor }: Measuring,
  { resource, tags, units }: { resource: Resource; tags: ReadonlyMap<string, Tag>; units: string },
): Promise<Table['risk']> {
  const declared = resource.schema.fields.flatMap(({ name: column, role }) =>
    role === 'quasi-identifier' || tags.get(column)?.source === 'declared' ? [column] : [],
  )
  const columns = declared.length > 0 ? declared : [...tags.keys()]
  if (columns.length === 0) return undefined
  const { threshold: k } = descriptor
  const list = columns.map(name).join(', ')
  const [[small, all] = []] = await rowsOf(
    connection,
    `SELECT count(DISTINCT __unit) FILTER (n < ${k}), count(DISTINCT __unit) FROM
     (SELECT __unit, count(*) OVER (PARTITION BY ${list}) AS n FROM
      (SELECT DISTINCT __unit, ${list} FROM ${units} WHERE __unit IS NOT NULL))`,
  )
  const belowK = shareBand(Number(all) === 0 ? 0 : Number(small) / Number(all))
  return { basis: declared.length > 0 ? 'declared' : 'proposed', columns, belowK }
}

async function driftsOf({ connection, relationOf, previous }: Measuring, { name: table, schema }: Resource) {
  const drifts = new Map<string, ReturnType<typeof driftOf>>()
  const file = previous?.files[table]
  if (file === undefined) return drifts
  const versions = { now: relationOf(table), before: `read_parquet(${text(file)})` }
  for (const field of schema.fields) {
    const [row = []] = await rowsOf(connection, driftStatement(field, versions))
    drifts.set(field.name, driftOf(row))
  }
  return drifts
}
