/** A dependency as it is when it is ill: a TCP proxy that passes on, keeps quiet, is late, talks nonsense or is not there. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Closable } from '../../services/kernel/id.ts'

/** `late` holds every answer back for so many ms; `garbage` puts as many other bytes in its place. */
type Manner = 'well' | 'garbage' | { readonly late: number }

export interface TestProxy extends Closable {
  /** The address given, by way of this proxy. */
  readonly url: string
  /** How the dependency answers from now on, on every connection. */
  answers(manner: Manner): void
  /** Stands before another address from now on; connections that are there stay where they are. */
  leads(address: string): void
  /** Cuts every connection and takes no new one, until `up`. */
  down(): Promise<void>
  /** Takes connections again, on the same port. */
  up(): Promise<void>
  /** Cuts every connection; new ones are taken. */
  cut(): void
}

/** Stands before the dependency at this address, on a port of loopback that stays the same. */
export async function openProxy(address: string): Promise<TestProxy> {
  let target = new URL(address)
  const sockets = new Set<Socket>()
  let manner: Manner = 'well'
  const pass = (near: Socket) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    near.on('error', () => far.destroy())
    near.once('close', () => far.destroy())
    near.on('data', (bytes) => far.write(bytes))
    far.on('error', () => near.destroy())
    far.on('data', (bytes) => {
      const sent = manner === 'garbage' ? garbled(bytes) : bytes
      inTime(manner, () => near.write(sent))
    })
    // An end is late as well, or it would overtake what it ends.
    far.once('close', () => inTime(manner, () => near.end()))
  }
  let server = await listen(0, pass)
  const at = server.address()
  const port = typeof at === 'object' && at !== null ? at.port : 0
  const near = new URL(address)
  near.host = `127.0.0.1:${port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const down = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  return {
    url: near.href,
    answers: (next) => {
      manner = next
    },
    leads: (next) => {
      target = new URL(next)
    },
    down,
    up: async () => {
      if (!server.listening) server = await listen(port, pass)
    },
    cut,
    close: down,
  }
}

async function listen(port: number, pass: (near: Socket) => void): Promise<Server> {
  const server = createServer(pass).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Of the same length, and the same each time: no byte of it is one that was sent. */
export function garbled(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (0x80 | (at % 0x7f))))
}

function inTime(manner: Manner, pass: () => void): void {
  if (typeof manner === 'string') pass()
  else setTimeout(pass, manner.late).unref()
}
