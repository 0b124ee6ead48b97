/** The rows behind device grants. Each function runs in the connection or the transaction that it is given. */
import { randomUUID } from 'node:crypto'
import { sha256 } from '../kernel/hash.ts'
import type { Database } from '../store/store.ts'
import type { IdentityDevice } from '../store/tables.ts'

export type DeviceRow = IdentityDevice

export interface Asked {
  readonly host: string
  readonly address: string
  readonly deviceCode: string
  readonly userCode: string
  /** In ms. */
  readonly now: number
  readonly until: number
}

/** Those that nobody answered in time make room for this one. */
export async function insertDevice(db: Database, { deviceCode, userCode, now, until, ...machine }: Asked) {
  const stale = db.deleteFrom('identity_device').where('until_ms', '<=', now)
  await stale.where('token_sha256', 'is', null).execute()
  const hashes = { device_sha256: sha256(deviceCode), code_sha256: sha256(userCode) }
  const row = { id: randomUUID(), ...machine, ...hashes, asked_ms: now, until_ms: until }
  await db.insertInto('identity_device').values(row).execute()
}

/** One that waits for an answer under this code, held still until the end of the transaction. */
export function waitingDevice(db: Database, userCode: string, now: number): Promise<DeviceRow | undefined> {
  return db
    .selectFrom('identity_device')
    .selectAll()
    .where('code_sha256', '=', sha256(userCode))
    .where('until_ms', '>', now)
    .where('session', 'is', null)
    .where('refused_ms', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export function deviceByCode(db: Database, deviceCode: string): Promise<DeviceRow | undefined> {
  const rows = db.selectFrom('identity_device').selectAll()
  return rows.where('device_sha256', '=', sha256(deviceCode)).executeTakeFirst()
}

export function deviceByToken(db: Database, token: string): Promise<DeviceRow | undefined> {
  const rows = db.selectFrom('identity_device').selectAll()
  return rows.where('token_sha256', '=', sha256(token)).executeTakeFirst()
}

type Change = Partial<Pick<DeviceRow, 'session' | 'refused_ms' | 'polled_ms' | 'ended_ms'>>

export async function changeDevice(db: Database, id: string, change: Change): Promise<void> {
  await db.updateTable('identity_device').set(change).where('id', '=', id).execute()
}

/** Of two that come at once, one gives its token; false for the other. */
export async function giveToken(db: Database, id: string, token: string): Promise<boolean> {
  const update = db
    .updateTable('identity_device')
    .set({ token_sha256: sha256(token) })
    .where('id', '=', id)
  return (await update.where('token_sha256', 'is', null).executeTakeFirst()).numUpdatedRows === 1n
}
