/** What a node has acknowledged to its clients: nothing of it may be gone after a kill. */
import type { Answer } from '../../contract/system.ts'
import type { Caller } from './supervisor.ts'

/** A change that was asked for and not answered: it may have happened or not. */
export type Maybe<T> = T | 'unknown'

export interface Answered {
  readonly id: string
  readonly project: string
  readonly seq: number
}

export interface ToldDeposit {
  readonly id: string
  /** SHA-256 by table. */
  readonly received: Map<string, string>
  isSubmitted: boolean
  version?: number
}

export class Told {
  /** Leaf by `<log> <seq>`. */
  readonly receipts = new Map<string, string>()
  /** Results that went out. */
  readonly answers: Answered[] = []
  /** By `<project> <name>`. */
  readonly derived = new Map<string, Maybe<boolean>>()
  /** By id: whether it is still good. */
  readonly tokens = new Map<string, Maybe<boolean>>()
  readonly optOuts = new Set<number>()
  /** State by id; two where the last act was not answered. */
  readonly requests = new Map<string, readonly string[]>()
  readonly deposits: ToldDeposit[] = []
  /** Whether a session that was opened is still open, by id. */
  readonly sessions = new Map<string, Maybe<boolean>>()
  /** The same place acknowledged with two contents. */
  twice = 0
  calls = 0

  /** The same calls, each answer looked at for receipts. */
  hearing(call: Caller): Caller {
    return async (method, path, given) => {
      const answer = await call(method, path, given)
      this.#hear(answer)
      return answer
    }
  }

  #hear({ headers, json }: Answer): void {
    this.calls += 1
    const named = headers.get('huisclos-receipt')?.split(' ')
    if (named?.length === 3) this.#keep(named[0] ?? '', Number(named[1]), named[2] ?? '')
    for (const one of [json?.receipt, json?.filed?.receipt])
      if (typeof one?.leaf === 'string') this.#keep(one.log, one.seq, one.leaf)
  }

  #keep(log: string, seq: number, leaf: string): void {
    const place = `${log} ${seq}`
    const before = this.receipts.get(place)
    if (before !== undefined && before !== leaf) this.twice += 1
    this.receipts.set(place, leaf)
  }
}
