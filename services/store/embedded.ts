/** Our own PostgreSQL under the home folder: create, start, take over after a crash, stop. */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { takeFolder } from './folder-lock.ts'
import { freePort } from './free-port.ts'
import { EmbeddedError, findPrograms, type Programs } from './programs.ts'

const run = promisify(execFile)
const pollMs = 10
const startTimeoutMs = 60_000
/** A fast shutdown that comes while the server recovers from a crash never ends (PostgreSQL 18); SIGQUIT then loses nothing committed. */
const stopTimeoutMs = 6_000

export interface Embedded extends Closable {
  /** Holds the password: never to be logged. */
  readonly url: string
}

export interface EmbeddedOptions {
  /** HUISCLOS_HOME; everything lies in its folder `postgres`. */
  readonly home: string
  readonly log: Log
  /** False only where the data may be lost, as in tests: nothing is flushed to the disk. */
  readonly durable?: boolean
}

interface Place {
  readonly folder: string
  readonly data: string
  readonly programs: Programs
  readonly log: Log
  readonly durable: boolean
}

/**
 * Starts PostgreSQL on loopback, on a free port, with a random password and without a Unix socket. A server left behind by
 * a process that was killed is stopped first; a home that another living process uses is a FolderTakenError. `close` is a
 * fast shutdown: sessions end, nothing committed is lost.
 */
export async function startEmbedded({ home, log, durable = true }: EmbeddedOptions): Promise<Embedded> {
  const folder = resolve(home, 'postgres')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = await takeFolder(folder)
  try {
    const programs = await findPrograms({ folder, log })
    const place = { folder, data: join(folder, 'data'), programs, log, durable }
    await stopLeftover(place)
    const password = await passwordOf(place)
    const server = await startOnFreePort(place)
    return {
      url: `postgresql://huisclos:${password}@127.0.0.1:${server.port}/postgres`,
      close: async () => {
        await server.close()
        await lock.close()
      },
    }
  } catch (error) {
    await lock.close()
    throw error
  }
}

/** The stored password; makes it and the data folder when there is none. A crash in the middle leaves `data.new` only. */
async function passwordOf({ folder, data, programs, durable }: Place): Promise<string> {
  const passwordFile = join(folder, 'password')
  if (await stat(data).catch(() => null)) return (await readFile(passwordFile, 'utf8')).trim()
  const fresh = `${data}.new`
  await rm(fresh, { recursive: true, force: true })
  await rm(passwordFile, { force: true })
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, `${password}\n`, { flag: 'wx', mode: 0o600, flush: durable })
  await programs.own(passwordFile)
  const command = programs.command('initdb', [
    `--pgdata=${fresh}`,
    `--pwfile=${passwordFile}`,
    '--username=huisclos',
    '--auth-host=scram-sha-256',
    '--auth-local=reject',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ])
  await run(command.file, [...command.args], { ...command.options, cwd: folder }).catch((cause: unknown) => {
    throw new EmbeddedError('the embedded PostgreSQL could not create its data folder', { cause })
  })
  await rename(fresh, data)
  return password
}

interface Server extends Closable {
  readonly port: number
}

/** Of a start that failed at once: some seconds in all. */
const startAttempts = 20
const againMs = 250

/**
 * Somebody else may take the port between our look and the start: then another one is tried. And where the server itself was killed,
 * its sessions hold its memory until they notice: it does not start before they are gone.
 */
async function startOnFreePort(place: Place, attempts = startAttempts): Promise<Server> {
  const port = await freePort()
  const server = await start(place, port)
  if (server !== null) return server
  if (attempts > 1) {
    await pause(againMs)
    return startOnFreePort(place, attempts - 1)
  }
  throw new EmbeddedError(`the embedded PostgreSQL did not start: see ${join(place.folder, 'server.log')}`)
}

/** Null when the server ended before it was ready. */
async function start(place: Place, port: number): Promise<Server | null> {
  const { folder, data, programs, log } = place
  const command = programs.command('postgres', ['-D', data, ...settings(place, port)])
  const output = await open(join(folder, 'server.log'), 'a', 0o600)
  const child = spawn(command.file, command.args, {
    ...command.options,
    cwd: folder,
    // Its own session: an interrupt typed in the terminal reaches us, and we stop the server in our own order.
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  })
  const ended = new Promise<void>((end) => child.once('exit', () => end()).once('error', () => end()))
  await output.close()
  let stopping = false
  const isEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  if (!(await becomesReady(data, child.pid, isEnded))) {
    child.kill('SIGQUIT')
    await ended
    return null
  }
  // However this process ends, it leaves no server behind: SIGQUIT loses nothing committed.
  const quit = () => void child.kill('SIGQUIT')
  process.once('exit', quit)
  child.once('exit', () => {
    process.off('exit', quit)
    if (!stopping) log.error('the embedded PostgreSQL ended by itself')
  })
  const close = async () => {
    stopping = true
    if (isEnded()) return
    child.kill('SIGINT')
    const late = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs)
    await ended
    clearTimeout(late)
  }
  return { port, close }
}

/** Loopback only; and nothing of a statement, a parameter or a row is ever written to the server's log. */
function settings({ durable }: Place, port: number): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: 0,
    log_line_prefix: '%m ',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** The eighth line of postmaster.pid says `ready` once connections are accepted; this is what pg_ctl reads too. */
async function becomesReady(data: string, pid: number | undefined, isEnded: () => boolean): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < startTimeoutMs && !isEnded(); waitedMs += pollMs) {
    const lines = await postmasterLines(data)
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return true
    await pause(pollMs)
  }
  return false
}

async function postmasterLines(data: string): Promise<readonly string[]> {
  return (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
}

/** The same for a home that is about to be removed: a server whose folder goes would go on for a while. */
export function stopLeftEmbedded({ home, log }: Pick<EmbeddedOptions, 'home' | 'log'>): Promise<void> {
  return stopLeftover({ data: join(resolve(home, 'postgres'), 'data'), log })
}

/** Stops the server of a process that was killed. Only a process whose command line names our data folder is touched. */
async function stopLeftover({ data, log }: Pick<Place, 'data' | 'log'>): Promise<void> {
  const pid = Number.parseInt((await postmasterLines(data))[0] ?? '', 10)
  if (!(pid > 0)) return
  const commandLine = await commandLineOf(pid)
  if (commandLine === '') return
  if (!commandLine.includes(data)) {
    // The number now belongs to another program, which would make PostgreSQL refuse to start.
    await rm(join(data, 'postmaster.pid'), { force: true })
    return
  }
  log.warn('stopping the PostgreSQL that a killed process left behind')
  process.kill(pid, 'SIGINT')
  for (let waitedMs = 0; (await commandLineOf(pid)).includes(data); waitedMs += pollMs) {
    if (waitedMs === stopTimeoutMs) process.kill(pid, 'SIGQUIT')
    if (waitedMs > 2 * stopTimeoutMs) throw new EmbeddedError(`PostgreSQL (process ${pid}) does not stop`)
    await pause(pollMs)
  }
}

/** Empty for a process that is gone, or dead and not yet collected. */
async function commandLineOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const found = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => null)
  return found?.stdout ?? ''
}
