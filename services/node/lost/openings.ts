/**
 * Sessions and ties of identities that a stop cut between their entry and their row: nobody has them, and the log says so too. A session
 * is opened again by signing in, an identity is tied again by its owner.
 */
import { z } from 'zod'
import type { Indexed } from '../../audit/writer.ts'
import { isTied } from '../../identity/links.ts'
import { isOpenedAt } from '../../identity/session-recovery.ts'
import type { Actor } from '../../kernel/id.ts'
import type { Store } from '../../store/store.ts'
import { abortedIn, entriesOf, inOrder, type LogReading, leave, placeName } from './entries.ts'
import type { Finding } from './habilitations.ts'

export interface OpeningNeeds extends LogReading {
  readonly store: Pick<Store, 'db'>
}

/** Of entries since this instant, in ms, for sessions; of all for ties. A second time there is nothing to tell. */
export async function tellOpenings(needs: OpeningNeeds, from: number): Promise<readonly Finding[]> {
  const aborted = await abortedIn(needs)
  const isAborted = (entry: Indexed) => aborted.has(placeName(entry))
  const lost = [...(await lostSessions(needs, from, isAborted)), ...(await lostTies(needs, isAborted))]
  for (const { entry } of lost) await leave(needs, entry)
  return lost.map(({ entry: { shard, seq, body }, of }) => {
    return { shard, seq, type: body.type, of, outcome: 'left' }
  })
}

interface Lost {
  readonly entry: Indexed
  /** A session or an issuer. */
  readonly of: string
}

const login = z.object({ authenticatedAt: z.number() })

/** The last opening of each session that is not closed: a new login takes the place of the one before it. */
async function lostSessions(
  needs: OpeningNeeds,
  from: number,
  isAborted: (entry: Indexed) => boolean,
): Promise<readonly Lost[]> {
  const last = new Map<string, Indexed>()
  for await (const entry of entriesOf(needs, { type: 'auth.opened', from })) {
    const { body, came } = entry
    if (body.type !== 'auth.opened' || body.method !== 'session' || came === undefined) continue
    if (!isAborted(entry)) last.set(came.session, entry)
  }
  for await (const { body } of entriesOf(needs, { type: 'auth.closed', from }))
    if (body.type === 'auth.closed') last.delete(body.session)
  const lost: Lost[] = []
  for (const [of, entry] of last) {
    const { data } = login.safeParse(await needs.audit.unseal(entry.seq, entry.shard))
    if (!(await isOpenedAt(needs.store, of, data?.authenticatedAt))) lost.push({ entry, of })
  }
  return lost
}

const identity = z.object({ subject: z.string() })

/** The last word about each identity, where that is that it was tied. What is not known any more to be whose is left as it is. */
async function lostTies(
  needs: OpeningNeeds,
  isAborted: (entry: Indexed) => boolean,
): Promise<readonly Lost[]> {
  const last = new Map<
    string,
    { readonly entry: Indexed; readonly tied: Actor & { readonly account: Actor } }
  >()
  for (const entry of await ties(needs)) {
    const { body, actor, seq, shard } = entry
    const { data } = identity.safeParse(await needs.audit.unseal(seq, shard))
    if (!('issuer' in body) || actor === undefined || data === undefined || isAborted(entry)) continue
    const tied = { issuer: String(body.issuer), subject: data.subject, account: actor }
    last.set(JSON.stringify([tied.issuer, tied.subject, actor.issuer, actor.subject]), { entry, tied })
  }
  const lost: Lost[] = []
  for (const { entry, tied } of last.values()) {
    if (entry.body.type !== 'identity.linked' || (await isTied(needs.store, tied, tied.account))) continue
    lost.push({ entry, of: tied.issuer })
  }
  return lost
}

async function ties(needs: OpeningNeeds): Promise<readonly Indexed[]> {
  const found: Indexed[] = []
  for (const type of ['identity.linked', 'identity.unlinked'] as const)
    for await (const entry of entriesOf(needs, { type })) found.push(entry)
  return found.sort(inOrder)
}
