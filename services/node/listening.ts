import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Listener } from '../gateway/app.ts'
import { productionLimits } from '../gateway/limit-settings.ts'
import { limitServer, type ServerLimits, serverOptions } from '../gateway/sockets.ts'
import type { Closable } from '../kernel/id.ts'

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
  readonly url: string
  /** Replaces what answers; connections stay. */
  serve(listener: Listener): void
}

interface Address extends Partial<ServerLimits> {
  readonly host: string
  readonly port: number
}

const drainMs = 5_000
const sweepMs = 20

/** Listens at once; what answers may change later. StartError when the port is taken or not ours to take. */
export async function openDoor(address: Address, first: Listener): Promise<Door> {
  let listener = first
  let closed: Promise<void> | undefined
  const { limits = productionLimits, isSecure = false, trustedProxy } = address
  const server = createServer(serverOptions(limits), (request, response) => listener(request, response))
  limitServer(server, { limits, isSecure, ...(trustedProxy === undefined ? {} : { trustedProxy }) })
  server.listen(address.port, address.host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new StartError(whyNot(cause, address.port), 1, { cause })
  }
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
  return {
    url: `http://127.0.0.1:${port}`,
    serve: (next) => {
      listener = next
    },
    close: () => {
      closed ??= closeServer(server)
      return closed
    },
  }
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
  server.close()
  server.closeIdleConnections()
  // A connection that is kept alive becomes idle when its answer is out.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs)
  const timer = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearTimeout(timer)
  clearInterval(sweep)
}
