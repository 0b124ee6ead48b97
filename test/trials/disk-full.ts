/** A real node on a small disk of its own that runs full: while files arrive, while they are checked, while a project is granted. Needs root. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { deposit } from '../contract/study.ts'
import { type Answer, startSystem, until } from '../contract/system.ts'
import {
  type BulleTold,
  type Caller,
  callerOf,
  type DepositTold,
  depositAll,
  grantAll,
  tables,
} from './deposit-life.ts'
import { victimsOf } from './kills/victims.ts'

export interface DiskFullFigures {
  readonly faults: readonly string[]
  /** What each step was answered while the disk was full. */
  readonly told: Readonly<Record<string, string>>
}

const mebibyte = 1024 ** 2
const disk = '1200m'
const run = promisify(execFile)

interface Place {
  /** Of the node. */
  readonly pid: number
  readonly home: string
  readonly call: Caller
  readonly faults: string[]
  readonly told: Record<string, string>
}

export async function main(say: (line: string) => void): Promise<DiskFullFigures> {
  const mount = await mkdtemp(join(tmpdir(), 'huisclos-full-'))
  await run('mount', ['-t', 'tmpfs', '-o', `size=${disk}`, 'tmpfs', mount])
  const home = join(mount, 'home')
  const system = await startSystem({ home })
  try {
    await deposit(system)
    const place: Place = { pid: system.child.pid ?? 0, home, call: callerOf(system), faults: [], told: {} }
    for (const [name, step] of Object.entries({ putting, beginning, going, checking, granting })) {
      await step(place)
      say(`${name}: ${place.faults.length} faults`)
    }
    await system.stop()
    return { faults: place.faults, told: place.told }
  } finally {
    await system.stop()
    await run('umount', ['-l', mount])
    await rm(mount, { recursive: true, force: true })
  }
}

/** Leaves so much room and no more. */
async function fill(home: string, leave: number): Promise<void> {
  const { bavail, bsize } = await statfs(home)
  const path = join(home, '..', 'filler')
  const piece = Buffer.alloc(mebibyte, 1)
  for (let left = bavail * bsize - leave; left > 0; left -= mebibyte)
    await writeFile(path, piece.subarray(0, Math.min(left, mebibyte)), { flag: 'a' })
}

async function empty(home: string): Promise<void> {
  await rm(join(home, '..', 'filler'), { force: true })
  // The log looks at its room every second.
  await wait(2000)
}

const folder = (home: string, ...names: string[]) => readdir(join(home, ...names)).catch(() => [] as string[])
const open = async ({ call }: Place): Promise<string> =>
  (await call('POST', '/api/v1/datasets/visits-demo/deposits', { as: 'rouen' })).json.id

function expect({ faults, told }: Place, step: string, [seen, wanted]: readonly [string, string]): void {
  told[step] = seen
  if (seen !== wanted) faults.push(`${step}: ${seen}, not ${wanted}`)
}

const csv = { 'content-type': 'text/csv; charset=utf-8' }
const rows = (bytes: number) => tables(1, Math.ceil(bytes / 26)).visits

async function putting(place: Place): Promise<void> {
  const { call, home } = place
  const id = await open(place)
  const raw = rows(150 * mebibyte)
  const put = () => call('PUT', `/api/v1/deposits/${id}/tables/visits`, { as: 'rouen', raw, headers: csv })
  await fill(home, 300 * mebibyte)
  const full = await put()
  expect(place, 'put', [`${full.status} ${full.json?.rule}`, '503 deposit.disk'])
  expect(place, 'put leaves', [String((await folder(home, 'deposits', id)).length), '0'])
  await empty(home)
  expect(place, 'put again', [String((await put()).status), '200'])
}

const tus = { 'tus-resumable': '1.0.0' }

function begin({ call }: Place, deposit: string, bytes: number) {
  const metadata = Object.entries({ deposit, table: 'visits', contentType: 'text/csv' })
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',')
  const headers = { ...tus, 'upload-length': String(bytes), 'upload-metadata': metadata }
  return call('POST', '/api/v1/uploads', { as: 'rouen', headers })
}

async function beginning(place: Place): Promise<void> {
  const id = await open(place)
  await fill(place.home, 300 * mebibyte)
  const begun = await begin(place, id, 150 * mebibyte)
  expect(place, 'begin', [`${begun.status} ${begun.json?.rule}`, '503 deposit.disk'])
  expect(place, 'begin leaves', [String((await folder(place.home, 'uploads')).length), '0'])
  await empty(place.home)
}

/** The room goes while a file is on its way: what was acknowledged stays, and the file goes on when there is room. */
async function going(place: Place): Promise<void> {
  const { call, home } = place
  const raw = rows(150 * mebibyte)
  const { json } = await begin(place, await open(place), raw.length)
  const at = `/api/v1/uploads/${json.id}`
  const piece = (offset: number) =>
    call('PATCH', at, {
      as: 'rouen',
      raw: raw.subarray(offset),
      headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
    })
  await fill(home, 300 * mebibyte)
  const full = await piece(0)
  expect(place, 'piece', [`${full.status} ${full.json?.rule}`, '503 deposit.disk'])
  await empty(home)
  const { offset } = (await call('GET', at, { as: 'rouen' })).json
  if (!(offset > 30 * mebibyte)) place.faults.push('piece: what had arrived is gone')
  const again = await piece(offset)
  expect(place, 'piece again', [`${again.status} ${again.json?.rule}`, '204 undefined'])
}

/** Costs that do not compress: the version takes more than is left. */
function largeVisits(rows: number): Buffer {
  const visit = (i: number) => `${i};P${i % 60};2026-01-01;${(i * 7919) % 997},${i % 97}`
  const lines = ['visit_id;patient_id;day;cost', ...Array.from({ length: rows }, (_, i) => visit(i))]
  return Buffer.from(lines.join('\n'))
}

const isRead = async ({ pid }: Place) => (await victimsOf(pid)).some(({ kind }) => kind === 'reader')

async function checking(place: Place): Promise<void> {
  const { call, home } = place
  const told: DepositTold = {
    kind: 'deposit',
    ...tables(2, 1),
    visits: largeVisits(1_000_000),
    received: new Map(),
    offset: 0,
    isSubmitted: false,
  }
  // The last of the room goes while the reader is at work: filling a whole disk takes longer than that.
  const filling: Caller = async (method, path, given) => {
    if (path.endsWith('/submit')) await fill(home, 150 * mebibyte)
    return call(method, path, given)
  }
  const ended = depositAll(filling, told).catch(() => 'answered below')
  const look = () => call('GET', `/api/v1/deposits/${told.deposit}`, { as: 'rouen' })
  while (!told.isSubmitted) await wait(20)
  await fill(home, mebibyte)
  // Nobody can ask how far it is while the log takes nothing; a minute after it was given up it is tried again.
  for (let quiet = 0; quiet < 5; await wait(1000)) quiet = (await isRead(place)) ? 0 : quiet + 1
  await empty(home)
  const met = await until(
    look,
    ({ json }) => json?.status !== 'checking' || json.progress?.step === 'waiting',
  )
  const waits = (json: { status: string; progress?: { step: string } }) =>
    `${json.status} ${json.progress?.step}`
  expect(place, 'check', [waits(met.json), 'checking waiting'])
  await ended
  const isSettled = ({ status, json }: Answer) => status === 200 && json.status !== 'checking'
  await until(look, isSettled)
  const last = await until(look, isSettled)
  expect(place, 'check again', [`${last.json.status} ${last.json.version}`, 'accepted 2'])
}

/** Nothing at all is left: the log stops everything, and everything goes on. */
async function granting(place: Place): Promise<void> {
  const { call, home } = place
  await fill(home, mebibyte)
  await wait(2000)
  const refused = await call('GET', '/api/v1/projects', { as: 'alice' })
  expect(place, 'nothing left', [`${refused.status} ${refused.json?.code}`, '503 UNAVAILABLE'])
  await empty(home)
  const told: BulleTold = { kind: 'bulle' }
  await grantAll(call, told)
  const { json } = await call('GET', `/api/v1/projects/${told.project}`, { as: 'alice' })
  expect(place, 'granted', [json.bulle?.status, 'ready'])
}
