/** A house with doors and no rooms: what the gateway itself does, without a use-case behind it. */
import type { Body } from '../../services/audit/entry.ts'
import type { About } from '../../services/audit/record.ts'
import type { House } from '../../services/gateway/house.ts'
import { demoLimits } from '../../services/gateway/limit-settings.ts'
import { openLimits } from '../../services/gateway/limits.ts'
import { openMetrics } from '../../services/gateway/metrics.ts'
import type { Role } from '../../services/identity/person.ts'
import type { Log } from '../../services/kernel/log.ts'
import { Refusal } from '../../services/kernel/refusal.ts'

interface Written {
  readonly body: Body
  readonly about: About
}

interface Doors {
  readonly house: House
  /** Entries, in the order in which they became durable. */
  readonly entries: Written[]
  readonly logged: string[]
  /** From now on the log cannot be written. */
  breakLog(): void
}

const roles: Readonly<Record<string, readonly Role[]>> = {
  alice: ['researcher'],
  nadia: ['dpo'],
  rouen: ['holder'],
}

/** Bearer `alice` is alice, and so on; every other one is nobody. */
export function openDoors(limits = openLimits(demoLimits)): Doors {
  const entries: Written[] = []
  const logged: string[] = []
  let isBroken = false
  const keep = (message: string, fields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { info: keep, warn: keep, error: keep }
  const audit = {
    origin: 'test/audit/2026',
    async append(body: Body, about: About) {
      if (isBroken) throw new Refusal('UNAVAILABLE')
      entries.push({ body, about })
      return { log: 'test/audit/2026', seq: entries.length - 1, leaf: 'a'.repeat(64) }
    },
  }
  const tokens = {
    async verify(bearer: string) {
      const held = roles[bearer]
      if (held === undefined) throw new Refusal('UNAUTHENTICATED', { rule: 'token.signature' })
      return {
        issuer: 'demo',
        subject: bearer,
        roles: held,
        level: 2,
        door: 'http',
        methods: ['mfa'],
        proofs: {},
      }
    },
  }
  const partial = {
    audit,
    tokens,
    log,
    readiness: { ready: true, steps: [] },
    metrics: openMetrics([]),
    limits,
    isBoxed: true,
    hasGroups: false,
    portal: {
      startPage: '<!doctype html><title>huisclos</title>',
      assets: 'services/portal/assets',
      shellPage: '<!doctype html><title>huisclos</title><div id="portal"></div>',
      built: 'services/portal/dist',
    },
    policy: 'c'.repeat(64),
    version: '0.0.0',
    address: 'http://127.0.0.1:1',
  }
  const breakLog = () => {
    isBroken = true
  }
  // The rooms are absent on purpose: a test that reaches one fails.
  return { house: partial as unknown as House, entries, logged, breakLog }
}
