import { z } from 'zod'
import type { Log } from '../kernel/log.ts'
import { type Place, Refusal, type Sentence } from '../kernel/refusal.ts'
import type { Parser, RewrittenStatement, Tree, Twin } from './engine.ts'
import { queryFailed } from './failure.ts'
import { hintForStatement, hintForSyntax } from './habits.ts'
import { parseJson, printTree } from './json.ts'
import { placeAt, statementAt } from './place.ts'
import { Pool, startEngine } from './pool.ts'

export interface ParserOptions {
  readonly log?: Log
  /** Wall time of one call, 5 s when left out. */
  readonly timeoutMs?: number
  /** Processes that read at the same time, 2 when left out. */
  readonly processes?: number
}

const MIB = 1024 * 1024
/** The longest statement, in UTF-8. */
export const TEXT_BYTES = 64 * 1024
/** A tree or a plan: text of some thousand nodes. */
const ANSWER_BYTES = 64 * MIB

const parsed = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('tree'), json: z.string() }),
  z.strictObject({ outcome: z.literal('syntax'), position: z.number().int().nonnegative().optional() }),
  z.strictObject({ outcome: z.literal('several') }),
  z.strictObject({ outcome: z.literal('not-select') }),
])

const planned = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('plan'), json: z.string() }),
  z.strictObject({ outcome: z.literal('unbound') }),
  z.strictObject({ outcome: z.literal('unprintable') }),
])

const described = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('columns'),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  }),
  z.strictObject({ outcome: z.literal('unbound') }),
])

/** What a worker says must fit; a worker that says something else is a failure like any other. */
function trusted<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw queryFailed('failed', 'answer')
}

function misplaced(
  code: 'SYNTAX' | 'ONE_STATEMENT' | 'STATEMENT_NOT_ALLOWED',
  place?: Place,
  hint?: Sentence,
): Refusal {
  return new Refusal(code, {
    ...(place === undefined ? {} : { location: place }),
    ...(hint === undefined ? {} : { hint }),
  })
}

function notSelect(sql: string): Refusal {
  const place = statementAt(sql, 0)
  return misplaced('STATEMENT_NOT_ALLOWED', place, hintForStatement(sql, place))
}

function misread(sql: string, position: number | undefined): Refusal {
  const place = position === undefined ? undefined : placeAt(sql, position)
  return misplaced('SYNTAX', place, hintForSyntax(sql, place))
}

/** What the text must be before any engine sees it. */
function insistOnText(sql: string): void {
  if (Buffer.byteLength(sql, 'utf8') > TEXT_BYTES) throw new Refusal('COMPLEXITY')
  const nul = sql.indexOf('\u0000')
  if (nul >= 0) throw misplaced('SYNTAX', { offset: nul, length: 1 })
  if (!sql.isWellFormed()) throw misplaced('SYNTAX')
}

/**
 * Opens the processes that read text. A text that crashes or hangs its process costs that process and its own caller; the
 * next call gets a new one.
 *
 * Integers in a tree or plan that a number does not hold are strings of digits; `text` makes them digits again. The
 * `query_location` of a tree counts bytes of UTF-8 (a place of a Refusal counts UTF-16 units) and is beyond
 * Number.MAX_SAFE_INTEGER where there is none.
 */
export async function openParser(options: ParserOptions = {}): Promise<Parser> {
  const timeoutMs = options.timeoutMs ?? 5_000
  const pool = await Pool.open({ size: options.processes ?? 2 }, () =>
    startEngine({
      entry: new URL('./parser-worker.ts', import.meta.url),
      name: 'parser',
      memoryBytes: 256 * MIB,
      maxAnswerBytes: ANSWER_BYTES,
      ...(options.log && { log: options.log }),
    }),
  )
  const call = (method: string, params: unknown) =>
    pool.use((process) => process.call(method, params, { timeoutMs }))

  return {
    async tree(sql) {
      insistOnText(sql)
      const answer = trusted(parsed, await call('parse', { text: sql }))
      switch (answer.outcome) {
        case 'tree':
          return parseJson(answer.json) as Tree
        case 'several':
          throw misplaced('ONE_STATEMENT', statementAt(sql, 1))
        case 'not-select':
          throw notSelect(sql)
        case 'syntax':
          throw misread(sql, answer.position)
      }
    },
    async text(tree) {
      return trusted(z.string(), await call('print', { text: printTree(tree) })) as RewrittenStatement
    },
    async plan(statement, twin: Twin) {
      const answer = trusted(planned, await call('plan', { statement, ddl: twin.statements }))
      if (answer.outcome === 'plan') return parseJson(answer.json) as Tree
      // A plan that cannot be read cannot be proven.
      throw new Refusal(answer.outcome === 'unbound' ? 'TYPE_ERROR' : 'NOT_PROVEN')
    },
    async columns(statement, twin) {
      const answer = trusted(described, await call('columns', { statement, ddl: twin.statements }))
      if (answer.outcome === 'columns') return answer.columns
      throw new Refusal('TYPE_ERROR')
    },
    close: () => pool.close(),
  }
}
