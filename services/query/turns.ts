/** Whose query runs next: a few of each person and of each project at a time, the others wait (security.md 10). */
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'

export interface TurnLimits {
  readonly runningPerPerson: number
  readonly waitingPerPerson: number
  readonly runningPerProject: number
  /** How long one waits. */
  readonly waitMs: number
}

/** The place of one query. */
export interface Turn {
  /**
   * Resolves when it may run. Refusal RATE at once when as many of this person wait as may, and later when it has waited as long
   * as the node lets it.
   */
  readonly ready: Promise<void>
  /** Gives the place back, had or not. Always call it, once. */
  end(): void
}

export interface QueryTurns {
  /** Takes a place or waits for one. */
  enter(query: Asked): Turn
  isWaiting(id: string): boolean
  /** How many run and wait now, of everybody. */
  counts(): { readonly running: number; readonly waiting: number }
  readonly limits: TurnLimits
}

interface Asked {
  readonly id: string
  readonly project: string
  readonly by: Actor
}

interface Place {
  readonly id: string
  readonly project: string
  readonly person: string
  readonly start: () => void
}

/**
 * Fair among persons: of those who may, the one whose last query began longest ago begins, and each person's queries in their
 * order. Nobody waits for a project that is full while another has room. In memory: what waits dies with the process.
 */
export function openQueryTurns(limits: TurnLimits): QueryTurns {
  const running = new Set<Place>()
  const waiting: Place[] = []
  /** When each person who is here last began, as a number that grows. */
  const began = new Map<string, number>()
  let beginnings = 0
  const count = (places: Iterable<Place>, isOne: (place: Place) => boolean) =>
    [...places].filter(isOne).length
  const mayRun = ({ person, project }: Place) =>
    count(running, (one) => one.person === person) < limits.runningPerPerson &&
    count(running, (one) => one.project === project) < limits.runningPerProject
  const begin = (place: Place) => {
    running.add(place)
    beginnings += 1
    began.set(place.person, beginnings)
    place.start()
  }
  const next = () =>
    waiting
      .filter(mayRun)
      .reduce<Place | undefined>(
        (first, one) =>
          first && (began.get(first.person) ?? 0) <= (began.get(one.person) ?? 0) ? first : one,
        undefined,
      )
  const leave = (place: Place) => {
    running.delete(place)
    remove(waiting, place)
    const isHere = (one: Place) => one.person === place.person
    if (![...running, ...waiting].some(isHere)) began.delete(place.person)
    for (let one = next(); one; one = next()) {
      remove(waiting, one)
      begin(one)
    }
  }
  return {
    limits,
    isWaiting: (id) => waiting.some((one) => one.id === id),
    counts: () => ({ running: running.size, waiting: waiting.length }),
    enter({ id, project, by: { issuer, subject } }) {
      const { ready, start, refuse } = waiter(limits.waitMs)
      const place = { id, project, person: JSON.stringify([issuer, subject]), start }
      if (mayRun(place)) begin(place)
      else if (count(waiting, ({ person }) => person === place.person) < limits.waitingPerPerson)
        waiting.push(place)
      else refuse('query.waiting')
      return {
        ready,
        end() {
          refuse('query.client')
          leave(place)
        },
      }
    },
  }
}

function remove(places: Place[], place: Place): void {
  const at = places.indexOf(place)
  if (at >= 0) places.splice(at, 1)
}

function waiter(ms: number) {
  let onStart = () => {}
  let onRefuse = (_refusal: Refusal) => {}
  const ready = new Promise<void>((resolve, reject) => {
    onStart = resolve
    onRefuse = reject
  })
  // One who has left hears nothing of it.
  ready.catch(() => {})
  const refuse = (rule: string) => {
    clearTimeout(timer)
    onRefuse(new Refusal('RATE', { rule }))
  }
  const timer = setTimeout(() => refuse('query.waited'), ms)
  const start = () => {
    clearTimeout(timer)
    onStart()
  }
  return { ready, start, refuse }
}
