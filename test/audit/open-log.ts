import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { About, Indexed } from '../../services/audit/record.ts'
import { type AuditLog, type AuditOptions, openAudit } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'

/** A clock that the test moves. */
function fakeClock(iso = '2026-03-01T09:00:00.000Z') {
  let now = Date.parse(iso)
  return {
    now: () => now,
    set: (next: string) => {
      now = Date.parse(next)
    },
  }
}

export const never: Promise<void> = new Promise(() => {})

export interface TestHome {
  readonly home: string
  readonly clock: ReturnType<typeof fakeClock>
  /** Entries handed to onEntry, in order. */
  readonly indexed: Indexed[]
  /** Exit codes handed to onFatal. */
  readonly fatal: number[]
  open(changes?: Partial<AuditOptions>): Promise<AuditLog>
  remove(): Promise<void>
}

/** A home in a temporary folder whose log can be opened again and again; each opening has the next epoch. */
export async function openHome(): Promise<TestHome> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-audit-'))
  const clock = fakeClock()
  const indexed: Indexed[] = []
  const fatal: number[] = []
  let epoch = 0
  return {
    home,
    clock,
    indexed,
    fatal,
    open: (changes) => {
      epoch += 1
      return openAudit({
        home,
        clock,
        log: silentLog,
        host: 'huisclos.demo',
        lease: { epoch, lost: never },
        onEntry: (entry) => indexed.push(entry),
        onFatal: (code) => fatal.push(code),
        ...changes,
      })
    },
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

export function newPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

export const sha = 'a'.repeat(64)
const decision = { effect: 'permit' as const, bundle: sha, rules: [] }

export function by(subject: string): NonNullable<About['by']> {
  return { issuer: 'demo', subject, level: 2, door: 'http', session: sha }
}

export const reading = { type: 'access.read' as const, route: 'GET /api/v1/datasets' }

export function intent(query: string) {
  return {
    type: 'query.intent' as const,
    query,
    permit: { id: 'FR-NOR-2026-000001', version: 1, sha256: sha },
    purpose: 'SNDS-III-6',
    datasets: [{ name: 'pmsi-demo', version: 1, columns: ['stays.stay_id'] }],
    statement: sha,
    plan: sha,
    decision,
  }
}

export function release(query: string, of: number) {
  const shape = { rows: 1, columns: 1, cellsWithheld: 0, bytes: 12 }
  return { type: 'query.release' as const, query, of, shape, resultSha256: sha, decision }
}

/** About a person's act in a project on one holder's data, with something sealed. */
export function act(subject: string, project: string, sealed: unknown = { sql: 'SELECT 1' }): About {
  return { by: by(subject), project, holders: ['chu-rouen'], sealed }
}

/** A small log that has something of everything: `queries` queries of three persons in two projects, some left unended. */
export async function fillLog(audit: AuditLog, queries: number): Promise<void> {
  for (let at = 0; at < queries; at += 1) {
    const about = act(['alice', 'paul', 'ines'][at % 3] ?? '', `P${at % 2}`)
    const { seq } = await audit.append(intent(`q${at}`), about)
    await audit.append(reading, { by: by('nadia') })
    if (at % 4 !== 3) await audit.append(release(`q${at}`, seq), about)
  }
}
