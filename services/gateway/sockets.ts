/** What a server takes before a request is one: time, size and number of connections, and the answer to what is none. */

import { IncomingMessage, type Server, type ServerOptions, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { openPlaces } from '../kernel/places.ts'
import { Refusal } from '../kernel/refusal.ts'
import { plainAddress } from './address.ts'
import { strictHeaders } from './app.ts'
import { lateRefusal } from './arrival.ts'
import type { LimitSettings } from './limit-settings.ts'
import { problemOf, problemType } from './problem.ts'

export interface ServerLimits {
  readonly limits: LimitSettings
  /** Whether TLS ends here or at the trusted proxy. */
  readonly isSecure: boolean
  /** Its connections are those of everybody: it counts them itself. */
  readonly trustedProxy?: string
}

/** How often Node looks for connections that are late. */
const lookEveryMs = 1_000

/** Options of createServer that belong to the limits. */
export function serverOptions({ headerKiB, headersSeconds }: LimitSettings): ServerOptions {
  return {
    maxHeaderSize: headerKiB * 1024,
    connectionsCheckingInterval: Math.min(lookEveryMs, headersSeconds * 500),
  }
}

/** The longest file that a deposit takes. */
const longestKiB = 2 * 1024 ** 2

/** Holds a server to its limits. What breaks them is closed, after a problem document where one can still be read. */
export function limitServer(server: Server, on: ServerLimits): void {
  const { limits } = on
  server.headersTimeout = limits.headersSeconds * 1000
  // The whole of any request, a file too: ordinary ones are held to their own time, see arrival.ts.
  const fileSeconds = limits.fileKiBPerSecond === 0 ? 0 : longestKiB / limits.fileKiBPerSecond
  server.requestTimeout = fileSeconds === 0 ? 0 : (limits.requestSeconds + fileSeconds) * 1000
  server.keepAliveTimeout = limits.keepAliveSeconds * 1000
  // Node counts pairs of name and value; a handful of headers is all that anybody needs.
  server.maxHeadersCount = 100
  limitRequests(server, limits)
  limitAddresses(server, on)
  server.on('clientError', (error, socket) => answerRaw(error, socket, on))
}

/** The last request of a connection is answered, and the connection ends; Node's own count would leave it open, and answer 503. */
function limitRequests(server: Server, { requestsPerSocket }: LimitSettings): void {
  const served = new WeakMap<Socket, number>()
  server.prependListener('request', ({ socket }, response) => {
    const count = (served.get(socket) ?? 0) + 1
    served.set(socket, count)
    if (count >= requestsPerSocket) response.shouldKeepAlive = false
  })
}

/** One address holds so many connections; the one too many is closed at once, and the others are still served. */
function limitAddresses(server: Server, { limits, trustedProxy }: ServerLimits): void {
  const places = openPlaces(limits.socketsPerAddress)
  server.on('connection', (socket) => {
    const address = plainAddress(socket.remoteAddress ?? '')
    if (address === trustedProxy) return
    const leave = places.take(address)
    if (leave === null) return void socket.destroy()
    socket.once('close', leave)
  })
}

interface NoRequest {
  readonly status: 400 | 408 | 431
  readonly refusal: Refusal
}

function noRequestOf(code: string | undefined): NoRequest {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, refusal: new Refusal('TOO_LARGE', { rule: 'headers.size' }) }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, refusal: lateRefusal('body.pace') }
  const hint = { key: 'hint.noRequest' }
  return { status: 400, refusal: new Refusal('INVALID', { rule: 'request.form', hint }) }
}

/** What Node could not read as a request has no language and no person: it is told in French, under the headers of all answers. */
function answerRaw(error: NodeJS.ErrnoException, socket: Duplex, { isSecure }: ServerLimits): void {
  const isAnswering = '_httpMessage' in socket && Boolean(socket._httpMessage)
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering || !(socket instanceof Socket)) {
    socket.destroy()
    return
  }
  const { status, refusal } = noRequestOf(error.code)
  const request = new IncomingMessage(socket)
  request.url = '/api'
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => socket.destroySoon())
  strictHeaders({ isSecure })(request, response, () => {
    response.statusCode = status
    response.setHeader('Content-Type', problemType)
    response.setHeader('Content-Language', 'fr')
    response.end(JSON.stringify({ ...problemOf(refusal, 'fr'), status }))
  })
}
