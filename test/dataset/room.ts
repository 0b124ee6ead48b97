/** The dataset room on a database of its own, with an audit log that remembers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Body } from '../../services/audit/entry.ts'
import type { About, Audit } from '../../services/audit/record.ts'
import { type Catalogue, openCatalogue } from '../../services/dataset/catalogue.ts'
import type { CheckerNeeds, Moment } from '../../services/dataset/check-job.ts'
import { openChecker } from '../../services/dataset/checking.ts'
import {
  type DepositNeeds,
  declareDataset,
  openDeposit,
  readDeposit,
  receiveTable,
  type ShownDeposit,
  submitDeposit,
} from '../../services/dataset/deposit.ts'
import { type OptOutRegister, openOptOutRegister } from '../../services/dataset/opt-out-register.ts'
import { openOptOutSeals } from '../../services/dataset/opt-out-seal.ts'
import { openPreviewer } from '../../services/dataset/previewer.ts'
import { openDatasetRegister } from '../../services/dataset/register.ts'
import { openDepositStorage } from '../../services/dataset/storage.ts'
import { openVersionRegister, type VersionRegister } from '../../services/dataset/version-register.ts'
import { openKeys, type PermitKeys } from '../../services/habilitation/keys.ts'
import type { Person } from '../../services/identity/person.ts'
import type { Clock } from '../../services/kernel/clock.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { openStore } from '../../services/store/store.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { type AtRestRoom, openAtRestRoom } from '../keys/at-rest-room.ts'

interface RememberingAudit extends Audit {
  readonly entries: { readonly body: Body; readonly about: About }[]
}

function rememberingAudit(): RememberingAudit {
  const entries: { body: Body; about: About }[] = []
  return {
    origin: 'test/audit/2026',
    entries,
    async append(body, about) {
      entries.push({ body, about })
      // Only the audit room makes receipts; this one stands in for it.
      return { log: 'test/audit/2026', seq: entries.length, leaf: '0'.repeat(64) } as Receipt
    },
  }
}

export const fixedClock: Clock = { now: () => Date.UTC(2026, 10, 21, 12) }

export function person(subject: string, organisation: string, ...roles: Person['roles']): Person {
  const account = { issuer: 'demo', subject, displayName: subject, organisation, roles, proofs: {} }
  return { ...account, level: 2, door: 'http', methods: ['mfa'] }
}

export const rouen = person('rouen', 'chu-rouen', 'holder')
export const havre = person('havre', 'gh-havre', 'holder')

export interface Room extends AtRestRoom {
  readonly home: string
  /** The tables of a published version, readable until the room is closed. */
  readonly openVersion: (dataset: string, version: number) => Promise<string>
  readonly audit: RememberingAudit
  readonly needs: DepositNeeds
  readonly catalogue: Catalogue
  readonly optOuts: OptOutRegister
  /** The same home and database, opened again as after a crash. */
  again(at?: (moment: Moment) => void, changes?: Partial<CheckerNeeds>): DepositNeeds
  /** Of the holders, kept here as in a demo. */
  readonly keys: PermitKeys
  readonly versions: VersionRegister
  close(): Promise<void>
}

export async function openRoom(database?: TestDatabase): Promise<Room> {
  return roomOn(database ?? (await openDatabase()))
}

async function roomOn(database: TestDatabase): Promise<Room> {
  const store = await openStore({ url: database.url, log: silentLog, connections: 3 })
  const home = await mkdtemp(join(tmpdir(), 'huisclos-dataset-'))
  const audit = rememberingAudit()
  const register = openDatasetRegister(store)
  const sealed = await openAtRestRoom(home, store)
  const optOuts = openOptOutRegister(store, openOptOutSeals(sealed.keyring))
  const { atRest, clear } = sealed
  const storage = openDepositStorage({ home, atRest })
  const previewer = openPreviewer({ storage, log: silentLog, memoryBytes: 512 * 1024 ** 2 })
  const folder = join(home, 'keys')
  const keys = await openKeys({ folder, issuer: 'test', registered: new Map(), keepsHolderKeys: true })
  const open: Room['again'] = (hook, changes = {}) => {
    const shared = { register, optOuts, storage, audit, clock: fixedClock }
    const checker = openChecker({
      ...shared,
      log: silentLog,
      sandboxed: true,
      memoryBytes: 512 * 1024 ** 2,
      holderKeys: keys,
      ...(hook === undefined ? {} : { at: hook }),
      ...changes,
    })
    return { ...shared, checker, previewer }
  }
  const needs = open()
  return {
    home,
    ...sealed,
    async openVersion(dataset, version) {
      const row = await register.version(dataset, version)
      if (row === null) throw new Error('no such version')
      return (await storage.openVersion(row)).folder
    },
    audit,
    needs,
    versions: openVersionRegister(store),
    keys,
    optOuts,
    catalogue: openCatalogue({ register, folderOf: storage.folderOf }),
    again: open,
    async close() {
      await needs.checker.close()
      await previewer.close()
      await clear.close()
      await store.close()
      await database.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export async function* chunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export interface Sent {
  readonly body: string | Uint8Array
  readonly type?: string
  /** Packed on the way. */
  readonly gzip?: boolean
  /** What the bytes are packed in already. */
  readonly encoding?: 'gzip'
  readonly dialect?: unknown
}

/** Deposits tables and waits for the verdict. */
export async function deposit(
  needs: DepositNeeds,
  dataset: string,
  tables: Readonly<Record<string, Sent | string>>,
): Promise<ShownDeposit> {
  const { id } = await openDeposit(needs, rouen, { dataset })
  for (const [table, given] of Object.entries(tables)) {
    const sent: Sent = typeof given === 'string' ? { body: given } : given
    const plain = typeof sent.body === 'string' ? Buffer.from(sent.body) : sent.body
    await receiveTable(needs, rouen, {
      deposit: id,
      table,
      contentType: sent.type ?? 'text/csv; charset=utf-8',
      contentEncoding: sent.gzip ? 'gzip' : sent.encoding,
      dialect: sent.dialect ?? {},
      body: chunks(sent.gzip ? gzipSync(plain) : plain),
    })
  }
  await submitDeposit(needs, rouen, { deposit: id })
  await needs.checker.idle()
  return readDeposit(needs, rouen, { deposit: id })
}

export async function declare(needs: DepositNeeds, descriptor: unknown): Promise<void> {
  await declareDataset(needs, rouen, descriptor)
}

/** Rules of the findings, one each, in order. */
export function rulesOf(shown: ShownDeposit): string[] {
  return shown.findings.map((finding) => finding.rule)
}
