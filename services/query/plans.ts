/**
 * Plans that were proved, by what they were made from. A plan follows from text, parameters, day and catalogue alone, so that the
 * same question on the same extract is neither parsed nor proved again; whether it may be asked is decided each time.
 */
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Plan } from './plan.ts'

/** Plans that are kept; the one that was asked for longest ago goes first. */
const kept = 256

interface Text {
  readonly sql: string
  readonly today: string
  readonly parameters?: unknown
}

export interface Plans {
  /** The plan of a text on a catalogue, named by its hash; `make` is called where there is none. Refusals are not kept. */
  of(catalogue: string, text: Text, make: () => Promise<Plan>): Promise<Plan>
}

export function openPlans(): Plans {
  const plans = new Map<string, Promise<Plan>>()
  return {
    of(catalogue, { sql, today, parameters = null }, make) {
      const name = sha256(canonical([catalogue, sql, today, parameters]))
      const plan = plans.get(name) ?? make()
      plans.delete(name)
      plans.set(name, plan)
      plan.catch(() => plans.delete(name))
      const [oldest] = plans.keys()
      if (plans.size > kept && oldest !== undefined) plans.delete(oldest)
      return plan
    },
  }
}
