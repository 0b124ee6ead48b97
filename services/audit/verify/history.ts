/** What each entry must follow: numbers without a gap, chains of projects, time, queries with one end. */
import { Finding, insist } from './finding.ts'
import { sha256 } from './merkle.ts'
import { type Entry, readCanonical, writeCanonical } from './shapes.ts'

interface OpenQuery {
  readonly query: string
  readonly of: number
  readonly project?: string
  readonly holders?: readonly string[]
}

interface Ended {
  readonly query: string
  isEnded: boolean
}

const noLeaf = '0'.repeat(64)
const ends = new Set(['query.release', 'query.abort', 'query.refused'])

export class History {
  readonly #shard: string
  size = 0
  ts = ''
  #last = ''
  readonly #projects = new Map<string, { seq: number; leaf: string }>()
  readonly #actors = new Map<string, number>()
  readonly #holders = new Map<string, number>()
  readonly #open = new Map<string, OpenQuery>()
  /** Names in #open by query, oldest first. */
  readonly #openOf = new Map<string, string[]>()
  readonly #intents = new Map<number, Ended>()

  constructor(shard: string) {
    this.#shard = shard
  }

  /** Begins with the heads of the former shard, as `opening.json` holds them. */
  begin(opening: Buffer): void {
    const heads = readHeads(opening)
    insist(heads && heads.size === 0 && heads.closed === true, 'heads', 'opening.json cannot be read')
    this.ts = String(heads.ts)
    fill(this.#projects, heads.projects)
    fill(this.#holders, heads.holders)
    fill(this.#open, heads.open)
    for (const [name, { query }] of this.#open) this.#name(query, name)
    insist(this.opening() === opening.toString(), 'heads', 'opening.json is not what a log writes')
  }

  /** Whether the last entry closed the shard for ever. */
  get isClosed(): boolean {
    return this.#last === 'shard.closed'
  }

  /** `root` gives the root of the tree before this entry. */
  add(entry: Entry, leaf: string, root: () => Buffer): void {
    const { seq } = entry
    insist(seq === this.size, 'entry', ['an entry is not in its place', this.size])
    insist((seq === 0) === (entry.type === 'shard.opened'), 'shard', [
      'a shard begins in the wrong place',
      seq,
    ])
    insist(!this.isClosed, 'shard', ['an entry follows the end of its shard', seq])
    insist(entry.ts >= this.ts, 'time', ['an entry is older than the one before', seq])
    if (entry.type === 'log.sealed') this.#checkSeal(entry, root().toString('base64'))
    this.#count(entry, leaf)
    this.#pair(entry)
    this.size += 1
    this.ts = entry.ts
    this.#last = entry.type
  }

  #count({ actor, holders = [], project, seq }: Entry, leaf: string): void {
    if (project) {
      const last = this.#projects.get(project.id)
      insist(project.seq === (last?.seq ?? 0) + 1, 'counter', [
        'a number of a project is missing or repeated',
        seq,
      ])
      insist(project.prev === (last?.leaf ?? noLeaf), 'counter', ['the chain of a project is broken', seq])
      this.#projects.set(project.id, { seq: project.seq, leaf })
    }
    if (actor) {
      const isNext = actor.seq === (this.#actors.get(actor.ps) ?? 0) + 1
      insist(isNext, 'counter', ['a number of an actor is missing or repeated', seq])
      this.#actors.set(actor.ps, actor.seq)
    }
    for (const holder of holders) {
      const isNext = holder.seq === (this.#holders.get(holder.id) ?? 0) + 1
      insist(isNext, 'counter', ['a number of a data holder is missing or repeated', seq])
      this.#holders.set(holder.id, holder.seq)
    }
  }

  /** A daily seal says what the log was just before it. */
  #checkSeal({ seq, size, root, headsSha256 }: Entry, expected: string): void {
    insist(size === seq && root === expected, 'root', ['a seal is not of the log before it', seq])
    const last = {
      size,
      projects: Object.fromEntries(this.#projects),
      actors: Object.fromEntries(this.#actors),
      holders: Object.fromEntries(this.#holders),
    }
    const digest = sha256(writeCanonical(last)).toString('hex')
    insist(digest === headsSha256, 'heads', ['a seal is not of the numbers before it', seq])
  }

  /** An end names an earlier intent of the same query, and an intent ends once. */
  #pair({ type, query = '', of, seq, project, holders }: Entry): void {
    if (type === 'query.intent') {
      this.#intents.set(seq, { query, isEnded: false })
      const name = `${this.#shard}:${seq}`
      this.#name(query, name)
      this.#open.set(name, {
        query,
        of: seq,
        ...(project && { project: project.id }),
        ...(holders && { holders: holders.map(({ id }) => id) }),
      })
    } else if (ends.has(type)) {
      const names = this.#openOf.get(query) ?? []
      const ended = names.findLast((name) => of === undefined || this.#open.get(name)?.of === of)
      const open = ended === undefined ? undefined : this.#open.get(ended)
      if (ended !== undefined && open) this.#end(ended, open)
      else this.#excuse(type, { of, seq })
    }
  }

  #name(query: string, name: string): void {
    const names = this.#openOf.get(query)
    if (names) names.push(name)
    else this.#openOf.set(query, [name])
  }

  #end(name: string, open: OpenQuery): void {
    this.#open.delete(name)
    const others = this.#openOf.get(open.query)?.filter((other) => other !== name) ?? []
    if (others.length > 0) this.#openOf.set(open.query, others)
    else this.#openOf.delete(open.query)
    const intent = name === `${this.#shard}:${open.of}` ? this.#intents.get(open.of) : undefined
    if (intent) intent.isEnded = true
  }

  /** A query may be refused, or fail, before any intent was written: then its end names none. */
  #excuse(type: string, { of, seq }: { of: number | undefined; seq: number }): void {
    if (of === undefined && type !== 'query.release') return
    const twice = of !== undefined && this.#intents.get(of)?.isEnded
    const what = twice ? 'an intent ends twice' : 'an end names no earlier intent of its query'
    throw new Finding('pairing', what, seq)
  }

  /** The bytes of heads.json at this point. */
  heads(root: string, closed: boolean): string {
    return this.#write({ size: this.size, root, closed }, this.#actors)
  }

  /** The bytes of opening.json of the shard that follows. */
  opening(): string {
    return this.#write({ size: 0, root: '', closed: true }, new Map())
  }

  #write(
    facts: { size: number; root: string; closed: boolean },
    actors: ReadonlyMap<string, number>,
  ): string {
    const content = {
      v: 1,
      ts: this.ts,
      ...facts,
      projects: Object.fromEntries(this.#projects),
      actors: Object.fromEntries(actors),
      holders: Object.fromEntries(this.#holders),
      open: Object.fromEntries(this.#open),
    }
    const digest = sha256(writeCanonical(content)).toString('hex')
    return `${writeCanonical({ ...content, sha256: digest })}\n`
  }
}

/** The members of a heads file; undefined when it is not canonical JSON and one newline. */
export function readHeads(bytes: Buffer): Record<string, unknown> | undefined {
  const value = bytes.at(-1) === 0x0a ? readCanonical(bytes.subarray(0, -1)) : undefined
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}

/** Whatever was wrong in the source shows when the whole is written again and compared. */
function fill<T>(map: Map<string, T>, members: unknown): void {
  if (typeof members !== 'object' || members === null) return
  for (const [key, value] of Object.entries(members)) map.set(key, value)
}
