/** What one query writes: its entries in the log, in the order that makes them evidence, and its line in the person's list. */
import { randomUUID } from 'node:crypto'
import type { Body } from '../audit/entry.ts'
import {
  type About,
  type Audit,
  type By,
  type Endings,
  onRecord,
  type Recorder,
  receiptOf,
} from '../audit/record.ts'
import type { Bulle } from '../dataset/bulle.ts'
import type { Granted } from '../habilitation/decision.ts'
import type { Clock } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import type { Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Permission } from './permission.ts'
import type { Plan } from './plan.ts'
import type { Question } from './question.ts'
import type { Ending, Registry, RunKey } from './registry.ts'
import { causeOf } from './running.ts'

/** What is being asked, once it has been understood and allowed. */
export interface Work {
  readonly plan: Plan
  readonly bulle: Bulle
  readonly granted: Granted
}

/** Size and digest of what is about to leave. */
export interface Leaving {
  readonly rows: number
  readonly columns: number
  readonly cellsWithheld: number
  readonly bytes: number
  readonly sha256: string
}

interface JournalNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly registry: Registry
}

interface Asked extends Question {
  readonly permission: Permission
}

/** `about` of all entries of one query; what is known grows as the query goes on. */
interface Growing extends About {
  holders?: readonly string[]
  /** The text is in an entry: those that follow need not keep it too. */
  isTextKept: boolean
}

/** Each entry keeps what the last decision was made from; the first one keeps the text too. */
export function aboutQuestion({ by, project }: { by: By; project: string }, asked: Asked): Growing {
  const { permission, sql, parameters, purpose, objective } = asked
  const about: Growing = {
    by,
    project,
    isTextKept: false,
    get sealed() {
      const text = about.isTextKept ? {} : { sql, parameters, purpose, objective }
      return { ...text, ...permission.grounds }
    },
  }
  return about
}

/**
 * Every query ends in exactly one of `query.release`, `query.refused` and `query.abort`. The text goes into the sealed part of the
 * first entry, and nowhere else.
 */
export class Journal {
  readonly key: RunKey
  readonly #needs: JournalNeeds
  readonly #about: Growing
  readonly #statement: string
  #permit: ReturnType<typeof permitOf> | undefined
  #intent: Receipt | undefined
  #isListed = false
  #record: Recorder

  constructor(needs: JournalNeeds, key: RunKey & { readonly by: By }, asked: Asked) {
    this.key = key
    this.#needs = needs
    this.#statement = sha256(asked.sql)
    this.#about = aboutQuestion(key, asked)
    this.#record = (body) => needs.audit.append(body, this.#about)
  }

  /** Runs the use-case so that the log, and the list once `allowed` was called, say how it ended. */
  async keep<T extends { readonly receipt: Receipt }>(run: () => Promise<T>): Promise<T> {
    try {
      const endings = { about: this.#about, endings: this.#endings() }
      const answer = await onRecord(this.#needs.audit, endings, run)
      await this.#list({ outcome: 'released', receipt: answer.receipt })
      return answer
    } catch (error) {
      await this.#list(endingOf(error))
      throw error
    }
  }

  /** The person may ask: from here on the query is in their list. Refusal CONFLICT when the id is used. */
  async allowed(granted: Granted): Promise<void> {
    this.#permit = permitOf(granted)
    await this.#needs.registry.begin(this.key, this.#needs.clock.now())
    this.#isListed = true
  }

  /** Durable before any statement reaches the patient rows. */
  async intent({ plan, bulle, granted }: Work): Promise<void> {
    const { objective, purpose } = granted
    this.#about.holders = holdersOf(plan, bulle)
    this.#intent = await this.#record({
      type: 'query.intent',
      query: this.key.id,
      permit: permitOf(granted),
      purpose,
      ...(objective === undefined ? {} : { objective }),
      datasets: datasetsRead(plan, bulle),
      statement: this.#statement,
      plan: plan.sha256,
      decision: decisionOf(granted),
    })
    this.#about.isTextKept = true
  }

  /** Durable before the first byte of the answer. */
  async release(leaving: Leaving, granted: Granted): Promise<Receipt> {
    if (!this.#intent) throw new Error('a release without an intent')
    const { sha256: resultSha256, ...shape } = leaving
    return this.#record({
      type: 'query.release',
      query: this.key.id,
      of: this.#intent.seq,
      shape,
      resultSha256,
      decision: decisionOf(granted),
    })
  }

  /**
   * The id of a refusal that came before this query owned its id is one of its own: the client may have sent the id of a query
   * that runs, and the end of that one is not ours to write.
   */
  #nameOf(code?: Refusal['code']): string {
    return this.#isListed && code !== 'CONFLICT' ? this.key.id : randomUUID()
  }

  #endings(): Endings {
    const query = this.key.id
    const of = () => (this.#intent ? { of: this.#intent.seq } : {})
    return {
      refused: (code, rule): Body => {
        const cause = causeOf(rule)
        if (cause && this.#intent) return { type: 'query.abort', query, ...of(), cause }
        const known = {
          ...(rule === undefined ? {} : { rule }),
          ...(this.#permit ? { permit: this.#permit } : {}),
        }
        return { type: 'query.refused', query: this.#nameOf(code), code, ...known }
      },
      failed: () => ({ type: 'query.abort', query: this.#nameOf(), ...of(), cause: 'failed' }),
      unavailable: (rule) => {
        const cause = causeOf(rule)
        if (cause === undefined && !this.#intent) return undefined
        return { type: 'query.abort', query: this.#nameOf(), ...of(), cause: cause ?? 'failed' }
      },
    }
  }

  /** The list is a convenience: an ending that is in the log is not lost because the list cannot be written. */
  async #list(ending: Omit<Ending, 'at'>): Promise<void> {
    if (!this.#isListed) return
    try {
      await this.#needs.registry.end(this.key, { ...ending, at: this.#needs.clock.now() })
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'UNAVAILABLE')) throw error
    }
  }
}

function endingOf(error: unknown): Omit<Ending, 'at'> {
  if (!(error instanceof Refusal)) return { outcome: 'aborted' }
  const receipt = receiptOf(error)
  const outcome = causeOf(error.facts.rule) ? 'aborted' : 'refused'
  return { outcome, code: error.code, ...(receipt ? { receipt } : {}) }
}

function permitOf({ current: { permit } }: Granted) {
  return { id: permit.base, version: permit.version, sha256: permit.sha256 }
}

function decisionOf({ effect, bundle, rules, visas }: Granted) {
  return { effect, bundle, rules: [...rules], ...(visas && { visas: [...visas] }) }
}

/** Datasets read, with their version and columns as `table.column`. */
function datasetsRead({ reads }: Plan, bulle: Bulle) {
  return bulle.datasets
    .filter(({ name }) => reads.some(({ dataset }) => dataset === name))
    .map(({ name, version }) => ({
      name,
      version,
      columns: reads
        .filter(({ dataset }) => dataset === name)
        .flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`)),
    }))
}

function holdersOf({ reads }: Plan, bulle: Bulle): readonly string[] {
  const read = bulle.datasets.filter(({ name }) => reads.some(({ dataset }) => dataset === name))
  return [...new Set(read.map(({ holder }) => holder))]
}
