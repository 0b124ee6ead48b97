/**
 * Rotation and destruction on a house full of keys (security.md 11): every key is wrapped anew within five seconds and no file is
 * touched; what is destroyed within a second is opened by nobody.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../services/kernel/clock.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type Keyring, openKeyring } from '../../services/keys/keyring.ts'
import { type KeyProvider, localProvider, withFormer } from '../../services/keys/provider.ts'
import { readSealed, sealFile } from '../../services/keys/sealed-file.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import { openStore, rawSql, type Store } from '../../services/store/store.ts'

interface Size {
  readonly keys: number
  /** As many of them have sealed a file. */
  readonly files: number
  readonly destroyed: number
}

export interface Figures {
  readonly keys: number
  readonly rewrapMs: number
  /** Keys that are not wrapped by the new KEK. */
  readonly left: number
  /** Files of which a byte has changed. */
  readonly changed: number
  /** Files that do not open, with the new KEK alone, as they were. */
  readonly unopened: number
  readonly destroyMs: number
  /** Destroyed keys that a new start still finds. */
  readonly found: number
  /** Destroyed keys whose wrapped bytes are in a page of the table. */
  readonly inPages: number
}

/** What is on trial; a test hands in builds that are broken. */
interface Build {
  rotate(ring: Keyring, files: readonly string[]): Promise<unknown>
  destroy(ring: Keyring, id: string): Promise<unknown>
}

export const sound: Build = {
  rotate: (ring) => ring.rewrap(),
  destroy: (ring, id) => ring.destroy({ kind: 'version', id }),
}

const idOf = (at: number) => `dataset-${at}/v1`
const sealingOf = (key: Uint8Array, at: number) => ({
  key,
  context: { kind: 'version', of: `dataset-${at}`, version: 1, file: 'rows.parquet' } as const,
})

/** On an empty table of keys. */
export async function rotateAndDestroy(store: Store, size: Size, build: Build = sound): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-rotation-'))
  const [before, after] = [localProvider(randomBytes(32)), localProvider(randomBytes(32))]
  const ring = (provider: KeyProvider) => openKeyring({ store, provider, clock: systemClock, log: silentLog })
  try {
    const files = await sealAll(ring(before), size, folder)
    const hashes = await Promise.all(files.map(hashOf))
    const begun = performance.now()
    await build.rotate(ring(withFormer(after, [before])), files)
    const rewrapMs = Math.round(performance.now() - begun)
    const changed = (await Promise.all(files.map(hashOf))).filter((hash, at) => hash !== hashes[at]).length
    const unopened = await countUnopened(ring(after), files)
    const left = (await rowsOf(store)).filter(
      ({ provider, version }) => !after.holds({ provider, version }),
    ).length
    return {
      keys: size.keys,
      rewrapMs,
      left,
      changed,
      unopened,
      ...(await destroyed(ring(after), { store, size, build })),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const contentOf = (at: number) => `rows of ${at}`
const hashOf = async (path: string) => sha256(await readFile(path))
const rowsOf = ({ db }: Store) => db.selectFrom('keys_wrapped').selectAll().execute()

async function sealAll(ring: Keyring, { keys, files }: Size, folder: string): Promise<string[]> {
  const paths: string[] = []
  for (let at = 0; at < keys; at += 1) {
    const key = await ring.of({ kind: 'version', id: idOf(at) })
    if (at >= files) continue
    const [plain, sealed] = [join(folder, 'plain'), join(folder, `${at}.sealed`)]
    await writeFile(plain, contentOf(at))
    await sealFile({ from: plain, to: sealed, ...sealingOf(key, at) })
    paths.push(sealed)
  }
  return paths
}

async function countUnopened(ring: Keyring, files: readonly string[]): Promise<number> {
  let count = 0
  for (const [at, path] of files.entries()) {
    const key = await ring.find({ kind: 'version', id: idOf(at) }).catch(() => null)
    const opened = key && (await readSealed(path, sealingOf(key, at)).catch(() => null))
    if (opened?.toString() !== contentOf(at)) count += 1
  }
  return count
}

interface Destroying {
  readonly store: Store
  readonly size: Size
  readonly build: Build
}

async function destroyed(ring: Keyring, { store, size, build }: Destroying) {
  const ids = Array.from({ length: size.destroyed }, (_, at) => idOf(at))
  const wrapped = (await rowsOf(store)).filter(({ id }) => ids.includes(id)).map((row) => row.wrapped)
  let destroyMs = 0
  for (const id of ids) {
    const begun = performance.now()
    await build.destroy(ring, id)
    destroyMs = Math.max(destroyMs, Math.round(performance.now() - begun))
  }
  const found = (await Promise.all(ids.map((id) => ring.find({ kind: 'version', id })))).filter(
    Boolean,
  ).length
  const pages = await pagesOf(store)
  return { destroyMs, found, inPages: wrapped.filter((bytes) => pages.includes(bytes)).length }
}

/** The file of the table as it is on disk, dead rows and holes of its pages included. */
async function pagesOf({ db }: Store): Promise<Buffer> {
  await rawSql`CHECKPOINT`.execute(db)
  const { rows } = await rawSql<{ pages: Buffer }>`
    SELECT pg_read_binary_file(pg_relation_filepath('keys_wrapped')) AS pages`.execute(db)
  return rows[0]?.pages ?? Buffer.alloc(0)
}

/** 10,000 keys, 1,000 sealed files. */
export async function main(say: (line: string) => void): Promise<Figures> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-keys-'))
  const database = await startEmbedded({ home, log: silentLog, durable: true })
  try {
    const store = await openStore({ url: database.url, log: silentLog })
    const figures = await rotateAndDestroy(store, { keys: 10_000, files: 1_000, destroyed: 20 })
    await store.close()
    say(JSON.stringify(figures))
    return figures
  } finally {
    await database.close()
    await rm(home, { recursive: true, force: true })
  }
}

/** Whether nothing was lost, changed or left. */
export function isClean({ left, changed, unopened, found, inPages }: Figures): boolean {
  return left + changed + unopened + found + inPages === 0
}
