/**
 * A command line that is let in by its person (security.md 5.5, after RFC 8628): it shows her a code, she types it where she is signed
 * in, sees which machine asks, and confirms. From then on it acts in that very session, and ends with it. Rows of PostgreSQL; the
 * codes and the token are kept as hashes.
 */
import type { Audit } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Database, Store } from '../store/store.ts'
import { newDeviceCode, newUserCode, userCodeOf } from './device-code.ts'
import {
  changeDevice,
  type DeviceRow,
  deviceByCode,
  deviceByToken,
  giveToken,
  insertDevice,
  waitingDevice,
} from './device-table.ts'
import type { Person, Tokens } from './person.ts'
import type { Sessions } from './sessions.ts'
import { deviceTokenForm } from './token-form.ts'

/** Which machine asks: the name it gives itself, and where from. */
interface Machine {
  readonly host: string
  readonly address: string
}

/** What the person sees before she answers. Instant in ms. */
export interface DeviceAsked extends Machine {
  readonly askedAt: number
}

export interface Devices {
  /** Times in seconds, as a command line counts them. */
  ask(machine: Machine): Promise<{
    readonly deviceCode: string
    readonly userCode: string
    readonly expiresIn: number
    readonly interval: number
  }>
  /** What was asked under a code. NOT_FOUND for one that nobody waits for; RATE after five of those in a minute. */
  look(by: Person, typed: string): Promise<DeviceAsked>
  /** Once, by a person in a session. Refusals as `look`, and UNAUTHENTICATED outside of a session. */
  answer(by: Person, typed: string, isConfirmed: boolean): Promise<void>
  /**
   * The token, once; null while nobody has answered. RATE when asked again within the interval. UNAUTHENTICATED: refused, too old,
   * given already, or never asked for.
   */
  take(deviceCode: string): Promise<string | null>
  /** Who such a token speaks for: the person of its session, at the door of the command line. UNAUTHENTICATED once either has ended. */
  verify(bearer: string): Promise<Person>
  /** Ends one token: the session goes on. UNAUTHENTICATED where it is none. */
  end(bearer: string): Promise<void>
}

export interface DeviceNeeds {
  readonly store: Pick<Store, 'db'>
  readonly sessions: Pick<Sessions, 'resume'>
  readonly audit: Audit
  readonly clock: Clock
}

const patienceMs = 600_000
const intervalMs = 5_000
const minuteMs = 60_000
const mostWrong = 5

export function openDevices({ store: { db }, sessions, audit, clock }: DeviceNeeds): Devices {
  const wrong = openAttempts(clock)

  async function found(on: Database, by: Person, typed: string): Promise<DeviceRow> {
    const session = by.session ?? refuse('session')
    wrong.insist(session)
    const code = userCodeOf(typed)
    const row = code === null ? undefined : await waitingDevice(on, code, clock.now())
    if (row !== undefined) return row
    wrong.add(session)
    throw new Refusal('NOT_FOUND', { rule: 'device.code' })
  }

  return {
    async ask(machine) {
      const [deviceCode, userCode, now] = [newDeviceCode(), newUserCode(), clock.now()]
      await insertDevice(db, { ...machine, deviceCode, userCode, now, until: now + patienceMs })
      return { deviceCode, userCode, expiresIn: patienceMs / 1000, interval: intervalMs / 1000 }
    },
    async look(by, typed) {
      const { host, address, asked_ms } = await found(db, by, typed)
      return { host, address, askedAt: asked_ms }
    },
    answer: (by, typed, isConfirmed) =>
      db.transaction().execute(async (trx) => {
        const { id, host, address } = await found(trx, by, typed)
        const type = isConfirmed ? 'device.confirmed' : 'device.refused'
        await audit.append({ type, device: id }, { by, sealed: { host, address } })
        const session = by.session ?? refuse('session')
        await changeDevice(trx, id, isConfirmed ? { session } : { refused_ms: clock.now() })
      }),
    async take(deviceCode) {
      const now = clock.now()
      const { id, session } = takeable(await deviceByCode(db, deviceCode), now)
      await changeDevice(db, id, { polled_ms: now })
      if (session === null) return null
      const token = deviceTokenForm.make()
      return (await giveToken(db, id, token)) ? token : refuse('code')
    },
    async verify(bearer) {
      const { session } = await living(bearer)
      const person = await sessions.resume(session ?? '')
      return { ...person, door: 'cli' }
    },
    async end(bearer) {
      const { id } = await living(bearer)
      await changeDevice(db, id, { ended_ms: clock.now() })
    },
  }

  async function living(bearer: string): Promise<DeviceRow> {
    const row = deviceTokenForm.isWhole(bearer) ? await deviceByToken(db, bearer) : undefined
    if (row === undefined) return refuse('token')
    return row.ended_ms === null ? row : refuse('ended')
  }
}

/** That its machine may still be told something, and does not ask too often. */
function takeable(row: DeviceRow | undefined, now: number): DeviceRow {
  if (row === undefined || row.token_sha256 !== null) return refuse('code')
  if (row.refused_ms !== null) return refuse('refused')
  if (now >= row.until_ms) return refuse('expired')
  if (row.polled_ms !== null && now - row.polled_ms < intervalMs)
    throw new Refusal('RATE', { rule: 'device.interval' })
  return row
}

/** Codes that somebody guessed wrong, by session: memory alone, for a minute each. */
function openAttempts(clock: Clock) {
  const attempts = new Map<string, readonly number[]>()
  const recent = (session: string) =>
    (attempts.get(session) ?? []).filter((at) => clock.now() - at < minuteMs)
  return {
    insist(session: string): void {
      if (recent(session).length >= mostWrong) throw new Refusal('RATE', { rule: 'device.attempts' })
    },
    add(session: string): void {
      for (const known of attempts.keys()) if (recent(known).length === 0) attempts.delete(known)
      attempts.set(session, [...recent(session), clock.now()])
    },
  }
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule: `device.${rule}` })
}

/** The same tokens, and those of command lines. */
export function withDevices(tokens: Tokens, devices: Pick<Devices, 'verify'>): Tokens {
  return {
    async verify(bearer, shown) {
      if (!deviceTokenForm.claims(bearer)) return tokens.verify(bearer, shown)
      if (shown?.scheme === 'dpop') throw new Refusal('UNAUTHENTICATED', { rule: 'dpop.unbound' })
      return devices.verify(bearer)
    },
  }
}
