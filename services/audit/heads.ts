/**
 * The last number of each project, actor and holder, and the queries that have begun and not ended: what the next entry needs
 * to know of all earlier ones. Derived from the entries and rebuilt from them at need.
 */
import { z } from 'zod'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Body, Common } from './entry.ts'

/** Predecessor of the first entry of a project. */
export const noLeaf = '0'.repeat(64)

/** A query that was allowed to start; it ends in exactly one release, refusal or abort. */
interface OpenQuery {
  readonly query: string
  readonly of: number
  readonly project?: string
  readonly holders?: readonly string[]
}

export interface Heads {
  size: number
  ts: string
  readonly projects: Map<string, { readonly seq: number; readonly leaf: string }>
  readonly actors: Map<string, number>
  readonly holders: Map<string, number>
  /** By `<shard>:<seq>` of the intent. */
  readonly open: Map<string, OpenQuery>
}

export function emptyHeads(): Heads {
  return { size: 0, ts: '', projects: new Map(), actors: new Map(), holders: new Map(), open: new Map() }
}

/** Heads with which a shard begins: projects, holders and running queries go on, pseudonyms are new. */
export function carryOver(heads: Heads): Heads {
  return {
    ...emptyHeads(),
    ts: heads.ts,
    projects: new Map(heads.projects),
    holders: new Map(heads.holders),
    open: new Map(heads.open),
  }
}

export function copyHeads(heads: Heads): Heads {
  return { ...carryOver(heads), size: heads.size, actors: new Map(heads.actors) }
}

/** Takes an entry into account. Throws a RangeError when a number does not follow its predecessor. */
export function advance(
  heads: Heads,
  { head, body }: { head: Common; body: Body },
  at: { shard: string; leaf: string },
): void {
  const { actor, project, holders = [] } = head
  insist(head.seq === heads.size && head.ts >= heads.ts, 'place or time')
  insist(endsOpenQuery(heads, body), 'end of a query')
  if (project) {
    const last = heads.projects.get(project.id)
    insist(project.seq === (last?.seq ?? 0) + 1 && project.prev === (last?.leaf ?? noLeaf), 'project')
    heads.projects.set(project.id, { seq: project.seq, leaf: at.leaf })
  }
  if (actor) {
    insist(actor.seq === (heads.actors.get(actor.ps) ?? 0) + 1, 'actor')
    heads.actors.set(actor.ps, actor.seq)
  }
  for (const holder of holders) {
    insist(holder.seq === (heads.holders.get(holder.id) ?? 0) + 1, 'holder')
    heads.holders.set(holder.id, holder.seq)
  }
  heads.size += 1
  heads.ts = head.ts
  trackQuery(heads, { head, body }, at.shard)
}

function insist(holds: boolean, what: string): asserts holds {
  if (!holds) throw new RangeError(`the ${what} of an entry does not follow what came before`)
}

/**
 * Whether an entry that ends a query ends one that has begun and not ended. A release always names its intent; a refusal or
 * an abort may come before there is one.
 */
export function endsOpenQuery(heads: Heads, body: Body): boolean {
  const end = endOf(body)
  if (!end || (end.of === undefined && body.type !== 'query.release')) return true
  return findOpen(heads, end) !== undefined
}

function endOf(body: Body): { query: string; of: number | undefined } | undefined {
  switch (body.type) {
    case 'query.release':
    case 'query.abort':
      return { query: body.query, of: body.of }
    case 'query.refused':
      return { query: body.query, of: undefined }
    default:
      return undefined
  }
}

function findOpen(heads: Heads, end: { query: string; of: number | undefined }): string | undefined {
  const isIt = ([, open]: [string, OpenQuery]) =>
    open.query === end.query && (end.of === undefined || open.of === end.of)
  return [...heads.open].findLast(isIt)?.[0]
}

function trackQuery(heads: Heads, { head, body }: { head: Common; body: Body }, shard: string): void {
  if (body.type === 'query.intent') {
    heads.open.set(`${shard}:${head.seq}`, {
      query: body.query,
      of: head.seq,
      ...(head.project && { project: head.project.id }),
      ...(head.holders && { holders: head.holders.map(({ id }) => id) }),
    })
    return
  }
  const end = endOf(body)
  const ended = end && findOpen(heads, end)
  if (ended !== undefined) heads.open.delete(ended)
}

/** What a daily seal says of all heads: SHA-256 of the last numbers of projects, actors and holders, in canonical JSON. */
export function headsSha256({ size, projects, actors, holders }: Heads): string {
  const last = {
    size,
    projects: Object.fromEntries(projects),
    actors: Object.fromEntries(actors),
    holders: Object.fromEntries(holders),
  }
  return sha256(canonical(last))
}

/** The content of heads.json: canonical JSON and one newline. `closed` tells that no journal is in use. */
export function writeHeads(heads: Heads, root: string, closed: boolean): string {
  const { size, ts, projects, actors, holders, open } = heads
  const content = {
    v: 1,
    size,
    ts,
    root,
    closed,
    projects: Object.fromEntries(projects),
    actors: Object.fromEntries(actors),
    holders: Object.fromEntries(holders),
    open: Object.fromEntries(open),
  }
  return `${canonical({ ...content, sha256: sha256(canonical(content)) })}\n`
}

const number = z.number().int().nonnegative()
const stored = z.strictObject({
  v: z.literal(1),
  size: number,
  ts: z.string(),
  root: z.string(),
  closed: z.boolean(),
  projects: z.record(z.string(), z.strictObject({ seq: number, leaf: z.string() })),
  actors: z.record(z.string(), number),
  holders: z.record(z.string(), number),
  open: z.record(
    z.string(),
    z.strictObject({
      query: z.string(),
      of: number,
      project: z.string().exactOptional(),
      holders: z.array(z.string()).exactOptional(),
    }),
  ),
  sha256: z.string(),
})

/** undefined when the bytes are not exactly what writeHeads makes. */
export function readHeads(text: string): { heads: Heads; root: string; closed: boolean } | undefined {
  const value = parse(text)
  const { data } = stored.safeParse(value)
  if (!data) return undefined
  const heads: Heads = {
    size: data.size,
    ts: data.ts,
    projects: new Map(Object.entries(data.projects)),
    actors: new Map(Object.entries(data.actors)),
    holders: new Map(Object.entries(data.holders)),
    open: new Map(Object.entries(data.open)),
  }
  const { root, closed } = data
  return writeHeads(heads, root, closed) === text ? { heads, root, closed } : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
