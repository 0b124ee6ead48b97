/** How often one may come: the counters of calls, and how an answer tells them (security.md 10). */

import type { Response } from 'express'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Actor } from '../kernel/id.ts'
import { openPlaces } from '../kernel/places.ts'
import { Refusal } from '../kernel/refusal.ts'
import { addressOf, networkOf } from './address.ts'
import type { LimitSettings } from './limit-settings.ts'

/** What is counted. `none` is for what an operator's own probes read. */
export type Rate = 'queries' | 'checks' | 'calls' | 'strangers' | 'readers' | 'none'

/** Who spends: a person, on one project where it is about one; or nobody yet, at an address. */
interface Spender {
  readonly by: Actor
  readonly project?: string | undefined
}

/** Each method throws the refusal RATE, and tells the answer how much is left. */
export interface Limits {
  readonly settings: LimitSettings
  /** The one proxy whose word on addresses counts. */
  readonly trustedProxy?: string
  /** One call of a person. */
  spend(rate: Rate, spender: Spender, response: Response): Promise<void>
  /** One call of an address that has not said who it is. */
  spendAddress(rate: Rate, response: Response): Promise<void>
  /**
   * Who calls, by `verify`. Whoever is taken for nobody has spent one of the attempts of its address: a guess too many is RATE
   * whether it was right or wrong to say so, and a neighbour with a good token is not hindered.
   */
  caller<T>(response: Response, verify: () => Promise<T>): Promise<T>
  /** Begins a file of this person; call what comes back when it is over. */
  stream(by: Actor): () => void
  /** The same for a stream of events. */
  events(by: Actor): () => void
}

const windowSeconds = 60
/** What fits no window: when to look again whether something has ended. */
const laterSeconds = 5

/** Refusals of one who has been refused in the same window before: they are counted, and leave no entry each. */
const repeated = new WeakSet<Refusal>()

/** A flood must not fill the log: the first refusal of each window is an entry, those after it are figures. */
export function isRepeated(error: unknown): boolean {
  return error instanceof Refusal && repeated.has(error)
}

/** Counters of one node, in memory: a restart forgets, and does no harm. */
export function openLimits(
  settings: LimitSettings,
  {
    trustedProxy,
    seconds = windowSeconds,
  }: { readonly trustedProxy?: string; readonly seconds?: number } = {},
): Limits {
  const counters = {
    queries: counterOf(settings.queriesPerMinute, seconds),
    checks: counterOf(settings.checksPerMinute, seconds),
    calls: counterOf(settings.callsPerMinute, seconds),
    strangers: counterOf(settings.strangersPerMinute, seconds),
    readers: counterOf(settings.readersPerMinute, seconds),
  }
  const take = async (rate: Rate, key: string, response: Response) => {
    if (rate !== 'none') await taken({ rate, counter: counters[rate], seconds }, key, response)
  }
  const spendAddress: Limits['spendAddress'] = (rate, response) =>
    take(rate, networkOf(addressOf(response.req)), response)
  return {
    settings,
    ...(trustedProxy === undefined ? {} : { trustedProxy }),
    spendAddress,
    async spend(rate, { by: { issuer, subject }, project }, response) {
      await take('calls', JSON.stringify([issuer, subject]), response)
      if (rate !== 'calls') await take(rate, JSON.stringify([issuer, subject, project ?? null]), response)
    },
    async caller(response, verify) {
      try {
        return await verify()
      } catch (error) {
        if (error instanceof Refusal && error.code === 'UNAUTHENTICATED')
          await spendAddress('strangers', response)
        throw error
      }
    },
    stream: openStreams(settings.streamsPerPerson, 'rate.streams'),
    events: openStreams(settings.eventStreamsPerPerson, 'rate.events'),
  }
}

function counterOf(points: number, duration: number): RateLimiterMemory {
  return new RateLimiterMemory({ points, duration })
}

interface Counted {
  readonly rate: Rate
  readonly counter: RateLimiterMemory
  readonly seconds: number
}

async function taken({ rate, counter, seconds }: Counted, key: string, response: Response): Promise<void> {
  const { points } = counter
  response.append('RateLimit-Policy', `"${rate}";q=${points};w=${seconds}`)
  try {
    const { remainingPoints, msBeforeNext } = await counter.consume(key)
    response.append('RateLimit', itemOf(rate, remainingPoints, msBeforeNext))
  } catch (spent) {
    if (!(spent instanceof RateLimiterRes)) throw spent
    response.append('RateLimit', itemOf(rate, 0, spent.msBeforeNext))
    response.set('Retry-After', String(Math.max(1, Math.ceil(spent.msBeforeNext / 1000))))
    const refusal = new Refusal('RATE', { rule: `rate.${rate}` })
    if (spent.consumedPoints > points + 1) repeated.add(refusal)
    throw refusal
  }
}

function itemOf(name: string, remaining: number, msBeforeNext: number): string {
  return `"${name}";r=${remaining};t=${Math.ceil(msBeforeNext / 1000)}`
}

/** A RATE that no window counts, such as too many queries at a time, says when to look again. */
export function tellLater(response: Response, rule: string): void {
  if (response.get('Retry-After') !== undefined) return
  response.append('RateLimit', itemOf(rule, 0, laterSeconds * 1000))
  response.set('Retry-After', String(laterSeconds))
}

function openStreams(most: number, rule: string): Limits['stream'] {
  const places = openPlaces(most)
  return ({ issuer, subject }) => {
    const end = places.take(JSON.stringify([issuer, subject]))
    if (end === null) throw new Refusal('RATE', { rule })
    return end
  }
}
