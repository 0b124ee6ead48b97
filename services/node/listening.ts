import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { plainAddress } from '../gateway/address.ts'
import type { Listener } from '../gateway/app.ts'
import { type LimitSettings, productionLimits } from '../gateway/limit-settings.ts'
import { limitServer, type ServerLimits, serverOptions } from '../gateway/sockets.ts'
import type { Closable } from '../kernel/id.ts'
import { openLeaving } from './leaving.ts'

/** A start that cannot go on; the message is one line for the operator, `exitCode` that of security.md 0. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1, options?: { cause?: unknown }) {
    super(message, options)
    this.exitCode = exitCode
  }
}

export interface Door extends Closable {
  /** On this machine. */
  readonly url: string
  /** Replaces what answers; connections stay. */
  serve(listener: Listener): void
  /** As `serve`, for the last time: with each answer its connection ends. */
  leave(listener: Listener): void
  /** Resolves when the calls that were here at `leave` have their answers; what takes more than five seconds is cut off. */
  answered(): Promise<void>
  /** After `leave` half a second later than that: whoever keeps a connection is told so, and not cut off. */
  close(): Promise<void>
}

/** A certificate chain and its key, as PEM. */
export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

interface Address extends Partial<ServerLimits> {
  readonly host: string
  readonly port: number
  /** TLS ends here; without it what is spoken here is plain HTTP. */
  readonly tls?: Tls
  /** How long a door that is left still answers. Default half a second. */
  readonly lingerMs?: number
}

/** Authenticated encryption under keys that are forgotten, in TLS 1.2 too (ANSSI, recommendations on TLS 1.2, R6 to R8). */
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':')

const drainMs = 5_000
const usualLingerMs = 500
const sweepMs = 20
const letInMs = 1_000
const quietTurnMs = 1

/** Listens at once; what answers may change later. StartError when the port is taken or not ours to take. */
export async function openDoor(address: Address, first: Listener): Promise<Door> {
  let listener = first
  let closed: Promise<void> | undefined
  const { limits = productionLimits, isSecure = false, trustedProxy, lingerMs = usualLingerMs } = address
  const server = serverOf(address.tls, limits, (request, response) => listener(request, response))
  if (isSecure && address.tls === undefined) insistOnProxy(server, trustedProxy)
  limitServer(server, { limits, isSecure, ...(trustedProxy === undefined ? {} : { trustedProxy }) })
  const leaving = openLeaving(server)
  server.listen(address.port, address.host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new StartError(whyNot(cause, address.port), 1, { cause })
  }
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
  return {
    url: `${address.tls === undefined ? 'http' : 'https'}://${nameOf(address.host)}:${port}`,
    serve: (next) => {
      listener = next
    },
    leave: (last) => {
      listener = last
      leaving.begin()
    },
    answered: () => leaving.answered(drainMs),
    close: () => {
      closed ??= leaving.lingered(lingerMs).then(() => closeServer(server))
      return closed
    },
  }
}

function serverOf(tls: Tls | undefined, limits: LimitSettings, listener: RequestListener): Server {
  if (tls === undefined) return createServer(serverOptions(limits), listener)
  const handshakeTimeout = limits.headersSeconds * 1000
  return createSecureServer(
    {
      ...serverOptions(limits),
      ...tls,
      minVersion: 'TLSv1.2',
      ciphers,
      honorCipherOrder: true,
      handshakeTimeout,
    },
    listener,
  )
}

/** Where TLS ends at a proxy, nobody else is spoken with: what they send would go in clear, and come from where they say. */
function insistOnProxy(server: Server, trustedProxy: string | undefined): void {
  server.prependListener('connection', (socket) => {
    if (plainAddress(socket.remoteAddress ?? '') !== trustedProxy) socket.destroy()
  })
}

/** How a process of this machine reaches the interface. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function whyNot(cause: unknown, port: number): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') return `le port ${port} est déjà pris ; choisissez-en un autre par HUISCLOS_PORT`
  if (code === 'EACCES')
    return `le port ${port} n’est pas permis à cet utilisateur ; choisissez-en un autre par HUISCLOS_PORT`
  return `le port ${port} ne peut pas être ouvert (${String(code)})`
}

/** No new connection; those in hand get a bounded time. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  await letIn(server)
  server.close()
  server.closeIdleConnections()
  // A connection that is kept alive becomes idle when its answer is out.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs)
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(timer)
  clearInterval(sweep)
}

/**
 * Whoever has connected by now is let in: what waits at a door that closes is reset. Node takes one connection in each turn of its
 * loop, so that a turn that took none, and hardly any time, has left nobody waiting.
 */
async function letIn(server: Server): Promise<void> {
  let taken = 0
  const count = () => {
    taken += 1
  }
  server.on('connection', count)
  const over = performance.now() + letInMs
  for (let began = performance.now(), isQuiet = false; !isQuiet && began < over; began = performance.now()) {
    const before = taken
    await nextTurn()
    isQuiet = taken === before && performance.now() - began < quietTurnMs
  }
  server.off('connection', count)
}
