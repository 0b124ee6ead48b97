/**
 * A worker as one file, so that its box holds neither the sources, nor the packages, nor a loader that would start processes of
 * its own (security.md 6.3: the engine's closure only). Bundles are kept by the content of all that they could be made of.
 */
import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const services = fileURLToPath(new URL('../../', import.meta.url))
const root = dirname(services)
const keptSets = 4
/** A set that is younger may be that of another process which is just running. */
const keptMs = 24 * 3_600_000

let folder: Promise<string> | undefined
const bundles = new Map<string, Promise<string>>()

/** Path of the bundle of a worker's file; made at the first call, found from an earlier start, made again when it is gone. */
export async function bundleOf(entry: URL): Promise<string> {
  const known = await bundles.get(entry.href)
  if (known !== undefined && (await exists(known))) return known
  const made = makeBundle(fileURLToPath(entry))
  bundles.set(entry.href, made)
  made.catch(() => bundles.delete(entry.href))
  return made
}

let natives: Readonly<Record<string, string>> | undefined

/** Folders of the native modules of this machine, by name; looked up once. */
export function nativeModules(): Readonly<Record<string, string>> {
  natives ??= findNatives()
  return natives
}

function findNatives(): Readonly<Record<string, string>> {
  const bindings = createRequire(createRequire(import.meta.url).resolve('@duckdb/node-bindings'))
  const candidates = ['', '-musl'].map(
    (libc) => `@duckdb/node-bindings-${process.platform}-${process.arch}${libc}`,
  )
  const found: Record<string, string> = {}
  for (const name of candidates) {
    const path = resolved(bindings, `${name}/package.json`)
    if (path !== undefined) found[name] = dirname(path)
  }
  return found
}

function resolved(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    // Not the package of this machine.
    return undefined
  }
}

/** Named by its own bytes too: a worker of a test is not among the sources of the set. */
async function makeBundle(entry: string): Promise<string> {
  const own = createHash('sha256')
    .update(await readFile(entry))
    .digest('hex')
    .slice(0, 8)
  return kept(`${entry.slice(services.length).replaceAll('/', '-')}-${own}.mjs`, async (outfile) => {
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['@duckdb/node-bindings-*'],
      // Packages of the older kind call a `require` that a module does not have.
      banner: {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      },
      logLevel: 'silent',
    })
  })
}

/** A file that depends on the installation alone: found from an earlier start, or written whole and then given its name. */
export async function kept(name: string, write: (path: string) => Promise<void>): Promise<string> {
  folder ??= setFolder()
  const file = join(await folder, name)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  if (await exists(file)) return file
  const staging = await mkdtemp(`${file}-`)
  try {
    const path = join(staging, name)
    await write(path)
    await rename(path, file)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return file
}

/** Beside the packages where that can be written to, as build tools do; otherwise in a folder of this process. */
async function setFolder(): Promise<string> {
  const sets = join(root, 'node_modules', '.cache', 'huisclos')
  const own = join(sets, await contentHash())
  try {
    await mkdir(own, { recursive: true, mode: 0o700 })
    await forgetOldSets(sets)
    return own
  } catch {
    // A read-only installation.
    const temporary = await mkdtemp(join(tmpdir(), 'huisclos-workers-'))
    process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
    return temporary
  }
}

async function forgetOldSets(sets: string): Promise<void> {
  const names = await readdir(sets)
  const dated = await Promise.all(
    names.map(async (name) => ({ path: join(sets, name), at: (await stat(join(sets, name))).mtimeMs })),
  )
  const old = dated
    .sort((left, right) => right.at - left.at)
    .slice(keptSets)
    .filter(({ at }) => Date.now() - at > keptMs)
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })))
}

/** Of the sources and of the versions of the packages: what a bundle is made of. */
async function contentHash(): Promise<string> {
  const hash = createHash('sha256')
  const entries = await readdir(services, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && /\.(?:ts|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  // The lock file is not everywhere that the packages are; versions are exact in the other one too.
  const named = ['package.json', 'package-lock.json'].map((name) => join(root, name)).filter(existsSync)
  for (const file of [...named, ...files.sort()])
    hash
      .update(file.slice(root.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0')
  return hash.digest('hex').slice(0, 32)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
