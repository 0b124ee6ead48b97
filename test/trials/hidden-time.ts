/**
 * How long the house takes to say no of what is hidden and of what is not there, call about call: their medians must not tell which
 * it was. The least difference that an attacker could use is told against the noise of one kind of answer with itself, on a
 * machine that does nothing else.
 */
import { audiences } from '../../services/gateway/authorisation.ts'
import { routes } from '../../services/gateway/routes.ts'
import type { Role } from '../../services/identity/person.ts'
import { callOf, namedOf, sentWith, unknown } from '../authorisation/calls.ts'
import { openTenantsHouse, persons, type TenantsHouse } from '../authorisation/house.ts'
import { expected, type GuardedRoute } from '../authorisation/model.ts'
import start from '../start.ts'
import stop from '../stop.ts'

interface Compared {
  readonly call: string
  /** Medians in ms. */
  readonly hidden: number
  readonly absent: number
  /** Half the calls on what is not there against the other half: what chance alone makes. */
  readonly noise: number
  readonly isAlike: boolean
}

/** Timers of Node wake up a millisecond or two apart, whatever they waited for. */
const leastMs = 2

export async function main(rounds: number, say: (line: string) => void): Promise<readonly Compared[]> {
  await start()
  const house = await openTenantsHouse()
  try {
    const all: Compared[] = []
    for (const [one, role] of hiddenCalls()) {
      const compared = await compare(house, { one, role, rounds })
      all.push(compared)
      say(JSON.stringify(compared))
    }
    return all
  } finally {
    await house.close()
    await stop()
  }
}

/** One call of each kind of object, and a role to which another tenant’s is hidden: those that change nothing. */
function hiddenCalls(): readonly (readonly [GuardedRoute, Role])[] {
  const guarded = routes.filter((one): one is GuardedRoute => one.authorisation !== undefined)
  return guarded.flatMap((one) => {
    const { sees } = one.authorisation
    const role = (Object.keys(persons) as Role[]).find(
      (each) => expected(one, { role: each, whose: 'foreign', state: 'granted' }) === 'hidden',
    )
    return role === undefined || audiences[sees].hidden === 'ROLE' ? [] : [[one, role] as const]
  })
}

interface Comparing {
  readonly one: GuardedRoute
  readonly role: Role
  readonly rounds: number
}

async function compare(house: TenantsHouse, { one, role, rounds }: Comparing): Promise<Compared> {
  const foreign = namedOf(house.havre, 'granted', '1')
  const timed = async (named: typeof foreign) => {
    const begun = performance.now()
    await house.send(persons[role], callOf(one, named), sentWith(one, named))
    return performance.now() - begun
  }
  const times = { hidden: [] as number[], absent: [] as number[], again: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.absent.push(await timed(unknown))
    times.hidden.push(await timed(foreign))
    times.again.push(await timed(unknown))
  }
  const [hidden, absent, again] = [median(times.hidden), median(times.absent), median(times.again)]
  const noise = Math.abs(absent - again)
  const isAlike = Math.abs(hidden - (absent + again) / 2) <= Math.max(leastMs, 3 * noise)
  return { call: `${role} ${one.name}`, ...rounded({ hidden, absent, noise }), isAlike }
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function rounded<T extends Readonly<Record<string, number>>>(figures: T): T {
  const pairs = Object.entries(figures).map(([name, value]) => [name, Math.round(value * 100) / 100])
  return Object.fromEntries(pairs) as T
}
