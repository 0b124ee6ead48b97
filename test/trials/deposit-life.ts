/** What is going on when a node is killed: a deposit from its opening to its version, or a project from its request to its bulle. */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { draft, path, patientsCsv } from '../contract/study.ts'
import type { Answer, System } from '../contract/system.ts'

/** What the node has acknowledged to a depositor; nothing of it may be gone after a kill. */
export interface DepositTold {
  readonly kind: 'deposit'
  readonly patients: Buffer
  readonly visits: Buffer
  deposit?: string
  upload?: string
  /** SHA-256 by table. */
  readonly received: Map<string, string>
  offset: number
  isSubmitted: boolean
  version?: number
}

export interface BulleTold {
  readonly kind: 'bulle'
  project?: string
}

export type Told = DepositTold | BulleTold

export type Caller = (
  method: string,
  path: string,
  call: {
    readonly as: string
    readonly body?: unknown
    readonly raw?: Uint8Array
    readonly headers?: Readonly<Record<string, string>>
  },
) => Promise<Answer>

/** Calls with tokens that are made here: a process for each would take longer than most lives. */
export function callerOf({ home, call }: Pick<System, 'home' | 'call'>): Caller {
  return async (method, at, { as, body, raw, headers = {} }) => {
    const token = await mintDemoToken({ home, subject: as, clock: systemClock })
    return call(method, at, {
      ...(body === undefined ? {} : { body }),
      ...(raw === undefined ? {} : { raw }),
      headers: { ...headers, authorization: `Bearer ${token}` },
    })
  }
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Files that no other life has. */
export function tables(life: number, rows: number): Pick<DepositTold, 'patients' | 'visits'> {
  const visit = (i: number) =>
    `${i};P${i % 60};2026-01-${String((i % 28) + 1).padStart(2, '0')};${life % 1000},5`
  const visits = ['visit_id;patient_id;day;cost', ...Array.from({ length: rows }, (_, i) => visit(i))]
  return { patients: Buffer.from(patientsCsv), visits: Buffer.from(visits.join('\n')) }
}

const pieces = 4
const csv = { 'content-type': 'text/csv; charset=utf-8' }

/** One table by a PUT, one in pieces; then the checks, to their end. */
export async function depositAll(call: Caller, told: DepositTold): Promise<void> {
  const opened = await call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })
  const deposit: string = opened.json.id
  told.deposit = deposit
  const at = `/api/v1/deposits/${deposit}`
  const put = await call('PUT', `${at}/tables/patients`, { as: 'rouen', raw: told.patients, headers: csv })
  if (put.status === 200) told.received.set('patients', sha256(told.patients))
  await sendPieces(call, told)
  const submitted = await call('POST', `${at}/submit`, { as: 'rouen' })
  told.isSubmitted = submitted.status === 202
  for (;;) {
    const { json } = await call('GET', at, { as: 'rouen' })
    if (json.status === 'accepted') told.version = json.version
    if (json.status !== 'checking') return
    await wait(50)
  }
}

async function sendPieces(call: Caller, told: DepositTold): Promise<void> {
  const metadata = Object.entries({ deposit: told.deposit ?? '', table: 'visits', contentType: 'text/csv' })
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
  const tus = { 'tus-resumable': '1.0.0' }
  const begun = await call('POST', '/api/v1/uploads', {
    as: 'rouen',
    headers: { ...tus, 'upload-length': String(told.visits.length), 'upload-metadata': metadata },
  })
  told.upload = begun.json.id
  const size = Math.ceil(told.visits.length / pieces)
  for (let offset = 0; offset < told.visits.length; offset += size) {
    const { status, headers } = await call('PATCH', `/api/v1/uploads/${told.upload}`, {
      as: 'rouen',
      raw: told.visits.subarray(offset, offset + size),
      headers: {
        ...tus,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      },
    })
    if (status === 204) told.offset = Number(headers.get('upload-offset'))
  }
  if (told.offset === told.visits.length) told.received.set('visits', sha256(told.visits))
}

/** From a request to a sealed bulle. */
export async function grantAll(call: Caller, told: BulleTold): Promise<void> {
  const opened = await call('POST', '/api/v1/habilitations', { as: 'paul', body: draft })
  for (const [as, act, body] of path) {
    const { json } = await call('POST', `/api/v1/habilitations/${opened.json.id}/${act}`, {
      as,
      body: body ?? {},
    })
    if (json?.projectId) told.project = json.projectId
  }
  while (told.project !== undefined) {
    const { json } = await call('GET', `/api/v1/projects/${told.project}`, { as: 'alice' })
    if (json.bulle?.status === 'ready') return
    await wait(50)
  }
}
