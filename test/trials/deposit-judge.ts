/** What may be there after a kill: the old version or the new one, whole, and no file that nothing names. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { placesIn, versionPlace } from '../../services/dataset/places.ts'
import { openUploadFiles } from '../../services/dataset/upload-files.ts'
import { type AtRest, type SealedPlace, sealedName } from '../../services/keys/at-rest.ts'
import { type System, until } from '../contract/system.ts'
import { type Caller, type DepositTold, sha256 } from './deposit-life.ts'
import { withOpenedHome } from './opened-home.ts'

export interface Judged {
  readonly call: Caller
  readonly system: Pick<System, 'home'>
  /** Every life so far that deposited. */
  readonly told: readonly DepositTold[]
}

const namesIn = (path: string) => readdir(path).catch(() => [] as string[])

/** Everything that is wrong, in words; right after the start, before anything else is asked of the node. */
export async function faultsAfterStart(judged: Judged): Promise<string[]> {
  const faults: string[] = []
  for (const one of judged.told) faults.push(...(await lost(judged, one)))
  faults.push(...(await strayUploads(judged)), ...(await strayDeposits(judged)))
  return faults
}

/** What was acknowledged and is not there. */
async function lost(judged: Judged, told: DepositTold): Promise<string[]> {
  if (told.deposit === undefined) return []
  const { json } = await judged.call('GET', `/api/v1/deposits/${told.deposit}`, { as: 'rouen' })
  if (json.status === 'refused') return ['a sound deposit was refused']
  if (json.status !== 'open') return []
  const there = new Map(json.tables.map((one: { table: string; sha256: string }) => [one.table, one.sha256]))
  const gone = [...told.received].filter(([table, hash]) => there.get(table) !== hash)
  return [
    ...(told.isSubmitted ? ['a submission that was acknowledged is gone'] : []),
    ...gone.map(([table]) => `${table}: a table that was acknowledged is gone`),
    ...(told.upload === undefined ? [] : await lostBytes(judged, { ...told, upload: told.upload })),
  ]
}

async function lostBytes(
  { call, system }: Judged,
  { upload, offset, visits }: DepositTold & { readonly upload: string },
): Promise<string[]> {
  const { json } = await call('GET', `/api/v1/uploads/${upload}`, { as: 'rouen' })
  if (!(json.offset >= offset)) return ['an offset that was acknowledged is gone']
  if (json.offset === visits.length) return []
  const bytes = await withOpenedHome(system.home, (atRest) => {
    const { bytesOf } = openUploadFiles({ home: system.home, atRest })
    return collected(bytesOf(upload), json.offset)
  })
  const isSame = bytes.subarray(0, json.offset).equals(visits.subarray(0, json.offset))
  return isSame ? [] : ['bytes of an upload are not those that were sent']
}

/** The first bytes: what lies behind those that were acknowledged may be half of a piece. */
async function collected(bytes: AsyncIterable<Uint8Array>, count: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let length = 0
  if (count === 0) return Buffer.alloc(0)
  for await (const piece of bytes) {
    pieces.push(piece)
    length += piece.byteLength
    if (length >= count) break
  }
  return Buffer.concat(pieces)
}

async function strayUploads({ call, system }: Judged): Promise<string[]> {
  const { json } = await call('GET', '/api/v1/uploads', { as: 'rouen' })
  const named = json.uploads.flatMap((one: { id: string; offset: number; bytes: number }) =>
    one.offset < one.bytes ? [one.id] : [],
  )
  const found = await namesIn(join(system.home, 'uploads'))
  return found.filter((one) => !named.includes(one)).map(() => 'a file of an upload that nothing names')
}

/** Open deposits have the files of their tables and no other; one that is being checked has its scratch folder as well. */
async function strayDeposits({ call, system }: Judged): Promise<string[]> {
  const faults: string[] = []
  for (const id of await namesIn(join(system.home, 'deposits'))) {
    const { json } = await call('GET', `/api/v1/deposits/${id}`, { as: 'rouen' })
    if (json.status === 'checking') continue
    if (json.status !== 'open') {
      // A verdict may fall between the listing and the question; its folder goes right after.
      const isGone = await goneSoon(join(system.home, 'deposits', id))
      if (!isGone) faults.push(`files of a deposit that is ${json.status}`)
      continue
    }
    const files = await namesIn(join(system.home, 'deposits', id))
    if (files.length !== json.tables.length) faults.push('a file of a deposit that nothing names')
  }
  return faults
}

async function goneSoon(path: string): Promise<boolean> {
  const gone = async () =>
    stat(path).then(
      () => false,
      () => true,
    )
  for (let i = 0; i < 50 && !(await gone()); i += 1) await new Promise((resolve) => setTimeout(resolve, 100))
  return gone()
}

/** When the checks and the sealings that were interrupted have ended: versions without gaps, each whole and of one life alone. */
export async function faultsAfterRest(judged: Judged): Promise<string[]> {
  for (const { deposit } of judged.told) {
    if (deposit === undefined) continue
    await until(
      () => judged.call('GET', `/api/v1/deposits/${deposit}`, { as: 'rouen' }),
      ({ json }) => json.status !== 'checking',
    )
  }
  return [...(await versionFaults(judged)), ...(await bulleFaults(judged))]
}

async function versionFaults({ call, system, told }: Judged): Promise<string[]> {
  const { json } = await call('GET', '/api/v1/datasets/visits-demo', { as: 'rouen' })
  const folder = join(system.home, 'datasets', 'visits-demo')
  const expected = Array.from({ length: json.version }, (_, i) => `v${i + 1}`).sort()
  const found = (await namesIn(folder)).sort()
  const faults =
    expected.join() === found.join() ? [] : [`folders ${found.join()} of ${json.version} versions`]
  for (const one of told) {
    if (one.version !== undefined && one.version > json.version)
      faults.push('a version that was seen is gone')
  }
  const version = join(folder, `v${json.version}`)
  const place = versionPlace({ dataset: 'visits-demo', version: json.version }, version)
  faults.push(...(await withOpenedHome(system.home, (files) => filesNotNamed(files, place))))
  const { sources, deposit } = JSON.parse(await readFile(join(version, 'manifest.json'), 'utf8'))
  const life = told.find((one) => one.deposit === deposit)
  const hashes = sources.map((one: { sha256: string }) => one.sha256)
  if (life && hashes.join() !== [life.patients, life.visits].map(sha256).join()) {
    faults.push('a version of two deposits')
  }
  return faults
}

async function bulleFaults({ call, system }: Judged): Promise<string[]> {
  const faults: string[] = []
  const { json } = await call('GET', '/api/v1/projects', { as: 'alice' })
  for (const { id, status } of json.projects) {
    const isBuilt = status !== 'active' || (await isReady(call, id))
    if (!isBuilt) faults.push('a bulle is not built')
  }
  const folder = join(system.home, 'bulles')
  for (const project of await namesIn(folder)) {
    const names = (await namesIn(join(folder, project))).filter((name) => name !== 'workspace')
    const half = names.filter((name) => name.startsWith('sealing-'))
    faults.push(...half.map(() => 'half of a bulle'))
    const sealed = names.filter((name) => !half.includes(name))
    const places = sealed.map((name) => placesIn(system.home).extract(project, name))
    for (const place of places)
      faults.push(...(await withOpenedHome(system.home, (files) => filesNotNamed(files, place))))
  }
  return faults
}

async function isReady(call: Caller, project: string): Promise<boolean> {
  const { json } = await until(
    () => call('GET', `/api/v1/projects/${project}`, { as: 'alice' }),
    (answer) => answer.json?.bulle?.status === 'ready',
  )
  return json?.bulle?.status === 'ready'
}

/** A folder has its manifest, the files that it names with their hashes, and nothing else but the list of persons. */
async function filesNotNamed(files: AtRest, place: SealedPlace): Promise<string[]> {
  const { folder } = place
  const names = new Set(await namesIn(folder))
  if (!names.delete('manifest.json')) return ['a folder without its manifest']
  const { tables } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
  const faults: string[] = []
  for (const { file, sha256: hash } of tables) {
    if (!names.delete(sealedName(file))) faults.push('a file that a manifest names is gone')
    else if (sha256(await files.read(place, file)) !== hash) faults.push('a file is not the sealed one')
  }
  names.delete(sealedName('persons.parquet'))
  return [...faults, ...(names.size > 0 ? ['a file that no manifest names'] : [])]
}
