/** Starts the program of a worker, in a box where this machine has a sound one, and says which process to watch. */
import { type ChildProcessByStdio, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Box, Measure } from './box.ts'
import { boxCommand, infoFd, scratchBytes, seccompFd } from './bubblewrap.ts'
import { bundleOf, kept, nativeModules } from './bundle.ts'
import { type Group, type Groups, inGroup } from './groups.ts'
import { seccompProgram } from './seccomp.ts'

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

export interface Launched {
  readonly child: Child
  /** Number of the process that does the work, in this namespace; undefined when it is not known. */
  readonly worker: Promise<number | undefined>
  /** Of its own, where there is one. */
  readonly group?: Group | undefined
}

export interface LaunchOptions {
  readonly entry: URL
  readonly box: Box
  readonly dataBytes: number
  /** Most that may lie in memory, where there are groups to hold it to that. */
  readonly residentBytes: number
  readonly groups?: Groups | undefined
}

/** Its own session: an interrupt typed in the terminal reaches the parent, which ends its workers in its own order. */
const detached = true
/** Pages of program files, buffers of the kernel, bubblewrap itself. */
const slackBytes = 128 * 1024 ** 2
const infoSchema = z.object({ 'child-pid': z.number().int().positive() })

/** In a box; rejects where there is none. `without` is for the test of the probe alone. */
export async function launchBoxed(
  { entry, box, dataBytes, residentBytes, groups }: LaunchOptions,
  without: readonly Measure[] = [],
): Promise<Launched> {
  const program = { file: await bundleOf(entry), modules: nativeModules(), dataBytes }
  const filter = openSync(await filterFile(), 'r')
  let group: Group | undefined
  try {
    group = await groups?.make({ memoryBytes: memoryOf(box, residentBytes) })
    const plain = boxCommand(box, program, without)
    const [command = '', ...rest] = group === undefined ? plain : inGroup(group, plain)
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe']
    stdio[seccompFd] = filter
    stdio[infoFd] = 'pipe'
    const env = without.includes('environment') ? process.env : {}
    const child = spawn(command, rest, { cwd: '/', env, stdio, detached })
    const end = () => void group?.end()
    child.once('error', end).once('close', end)
    const info = child.stdio[infoFd]
    return { child: child as unknown as Child, worker: numberIn(info as Readable), group }
  } catch (error) {
    await group?.end()
    throw error
  } finally {
    closeSync(filter)
  }
}

/** A little more than where the watch of the house ends it, which says why; what it writes lies in memory too and has no bound here. */
function memoryOf({ write = [], scratch }: Box, residentBytes: number): number | undefined {
  if (write.length > 0) return undefined
  return residentBytes + slackBytes + (scratch === undefined ? 0 : scratchBytes)
}

/** Without a box: an empty environment, no core file, and nothing else between it and the machine. */
export function launchBare({ entry }: Pick<LaunchOptions, 'entry'>): Launched {
  const node = [process.execPath, ...loaderArguments(), fileURLToPath(entry)]
  const [command = process.execPath, ...rest] = [...withoutCore(), ...node]
  const child = spawn(command, rest, {
    cwd: '/',
    env: { TZ: 'UTC', TSX_DISABLE_CACHE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached,
  })
  return { child, worker: Promise.resolve(child.pid) }
}

/** bubblewrap says the number of its child before that becomes the program. */
async function numberIn(info: Readable): Promise<number | undefined> {
  const parts: Buffer[] = []
  try {
    for await (const part of info) parts.push(part as Buffer)
    return infoSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')))['child-pid']
  } catch {
    // It did not start: the caller learns that from the child itself.
    return undefined
  }
}

/** The program of system calls as a file: bubblewrap reads it from a descriptor. */
function filterFile(): Promise<string> {
  const { arch } = process
  const program = seccompProgram(arch)
  if (program === undefined) throw new TypeError('no program of system calls for this architecture')
  return kept(`calls-${arch}.bpf`, (path) => writeFile(path, program, { mode: 0o600 }))
}

/** Node reads TypeScript by itself from 22.18 on; before, tsx does. Absolute, so that the working folder does not matter. */
function loaderArguments(): readonly string[] {
  if ('typescript' in process.features && process.features.typescript) return []
  const tsx = createRequire(import.meta.url).resolve('tsx')
  return ['--import', pathToFileURL(tsx).href]
}

/** util-linux's prlimit where it is: no core file, which would hold rows. */
function withoutCore(): readonly string[] {
  const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path))
  return prlimit === undefined ? [] : [prlimit, '--core=0', '--']
}
