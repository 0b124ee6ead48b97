/** One living process per folder. */
import { execFile } from 'node:child_process'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Closable } from '../kernel/id.ts'
import { hasCode } from '../kernel/system-error.ts'

const run = promisify(execFile)

/** Another living process works in this folder; the message is one line for the operator. */
export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError'
}

/**
 * Takes a folder until `close`. The file `owner` names the process and the instant it began, so that what a killed process
 * left behind is told apart from a living one, also where process numbers come back soon (containers).
 */
export async function takeFolder(folder: string): Promise<Closable> {
  const path = join(folder, 'owner')
  const mine = `${path}.${process.pid}`
  const identity = await identityOf(process.pid)
  await writeFile(mine, identity, { mode: 0o600 })
  try {
    while (!(await linked(mine, path))) await removeDead(path, `${mine}.dead`)
  } finally {
    await rm(mine, { force: true })
  }
  return { close: () => rm(path, { force: true }) }
}

/** A link appears with its content at once, and fails when the name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function removeDead(path: string, aside: string): Promise<void> {
  const owner = await readFile(path, 'utf8').catch(() => null)
  if (owner === null) return
  await refuseLiving(owner)
  await rename(path, aside).catch(() => {})
  // Between reading and renaming somebody else may have taken the folder: then it goes back.
  const moved = await readFile(aside, 'utf8').catch(() => null)
  if (moved !== null && moved !== owner) await linked(aside, path)
  await rm(aside, { force: true })
}

async function refuseLiving(owner: string): Promise<void> {
  const pid = Number.parseInt(owner, 10)
  if (pid > 0 && (await identityOf(pid)) === owner) {
    throw new FolderTakenError(`another huisclos (process ${pid}) runs on this home: stop it first`)
  }
}

/** Number and start of a process; of a dead one the number alone, which never equals what was written. */
async function identityOf(pid: number): Promise<string> {
  return `${pid} ${(await startOf(pid)) ?? ''}`
}

async function startOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') {
    const found = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => null)
    return found?.stdout.trim() ?? null
  }
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The name of the program stands in brackets and may hold blanks; the start is the 20th field behind it (proc(5)).
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}
