/** The pages of the portal, built where they are missing or older than their sources. */
import { execFile } from 'node:child_process'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sha256 } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'

const sources = fileURLToPath(new URL('../portal', import.meta.url))
const lock = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const run = promisify(execFile)

/** Where the built pages lie. */
export const portalFolder = join(sources, 'dist')

/**
 * The shell of the portal, built first if its sources have changed since. Null where it is neither built nor can be, as in an image
 * without the tools of development and without built pages: the node opens all the same, its pages answer 503. Built pages that are
 * older than their sources are served where nothing can build, and the log says so. A build appears as a whole.
 */
export async function openPortal(log: Log): Promise<string | null> {
  const stamp = await stampOf()
  const read = () => readFile(join(portalFolder, 'index.html'), 'utf8').catch(() => null)
  if ((await readFile(join(portalFolder, 'stamp'), 'utf8').catch(() => null)) === stamp) return read()
  try {
    await build(stamp)
  } catch (error) {
    log.warn('the portal was not built', {
      reason: error instanceof Error ? error.message.slice(0, 300) : '',
    })
  }
  return read()
}

/** Names the sources, and the versions of the packages where a lock file tells them. */
async function stampOf(): Promise<string> {
  const found = await readdir(sources, { recursive: true, withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(portalFolder))
    .sort()
  const hashes = await Promise.all(files.map(async (file) => sha256(await readFile(file))))
  return sha256([...hashes, sha256(await readFile(lock).catch(() => ''))].join('\n'))
}

/** Built aside and renamed into place; of two that build at once the later one stays. */
async function build(stamp: string): Promise<void> {
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js')
  const draft = `${portalFolder}-${process.pid}`
  try {
    // Whatever the node is for, people get the pages without the checks of developers.
    const env = { ...process.env, NODE_ENV: 'production' }
    await run(process.execPath, [vite, 'build', sources, '--outDir', draft], { env })
    await writeFile(join(draft, 'stamp'), stamp)
    await rm(portalFolder, { recursive: true, force: true })
    await rename(draft, portalFolder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
