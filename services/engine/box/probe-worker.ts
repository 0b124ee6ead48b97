/** Tries, from inside a box, what a box must not let happen, and says what succeeded. Measures of security.md 6.2. */
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { serve } from '../serve.ts'

interface Aims {
  /** Files of the machine that exist outside. */
  readonly secrets: readonly string[]
  /** Most bytes that may be held. */
  readonly dataBytes: number
}

/** What bubblewrap and we put there; nothing of the environment of the house. */
const given = ['PWD', 'TZ']
const program = '/app/worker.mjs'
const everywhere = ['/', '/dev', '/dev/shm', '/app', '/tmp', '/usr/lib']

function isWritable(folder: string): boolean {
  const path = join(folder, `probe-${process.pid}`)
  try {
    closeSync(openSync(path, 'wx'))
    rmSync(path)
    return true
  } catch {
    // As it should be.
    return false
  }
}

function opensForWriting(file: string): boolean {
  try {
    closeSync(openSync(file, 'r+'))
    return true
  } catch {
    // As it should be.
    return false
  }
}

function startsProcess(): boolean {
  return spawnSync(process.execPath, ['--version']).error === undefined
}

function seesProcesses(): boolean {
  return existsSync('/proc/self') && readdirSync('/proc').some((name) => /^\d+$/.test(name))
}

/** Whether a socket can be made at all: refused by the machine behind it is a socket too. */
function opensSocket(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(9, '127.0.0.1')
    const end = (opened: boolean) => {
      socket.destroy()
      resolve(opened)
    }
    socket.once('connect', () => end(true))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code !== 'EPERM'))
  })
}

function seesNetwork(): boolean {
  try {
    return Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => !one.internal))
  } catch {
    // It cannot even ask.
    return false
  }
}

function holdsTooMuch(dataBytes: number): boolean {
  try {
    // Not touched: what counts is what may be asked for.
    return new ArrayBuffer(dataBytes).byteLength > 0
  } catch {
    // Refused by the machine.
    return false
  }
}

async function probe({ secrets, dataBytes }: Aims): Promise<readonly string[]> {
  const tries: Readonly<Record<string, boolean>> = {
    'reads a file of the machine': secrets.some((path) => existsSync(path)),
    'writes a file': everywhere.some(isWritable),
    'writes to what it reads': opensForWriting(program),
    'sees the environment': Object.keys(process.env).some((name) => !given.includes(name)),
    'starts a process': startsProcess(),
    'sees another process': seesProcesses(),
    'opens a socket': await opensSocket(),
    'sees the network': seesNetwork(),
    'holds more memory than it may': holdsTooMuch(dataBytes),
  }
  return Object.keys(tries).filter((name) => tries[name])
}

serve({ methods: { probe } })
