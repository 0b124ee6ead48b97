/** The small HTTP server of a witness: one call that cosigns, one that shows what was cosigned. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Closable } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import type { Keeper } from './keeper.ts'

/** 63 proof lines and a checkpoint with many post-quantum signatures fit well below this. */
const bodyLimit = 64 * 1024
const timeoutMs = 10_000

export interface WitnessServer extends Closable {
  readonly url: string
}

/** Listens on one address. Rejects when the port is taken. */
export async function openWitnessServer(
  keeper: Keeper,
  { host, port, log }: { host: string; port: number; log: Log },
): Promise<WitnessServer> {
  const limits = { requestTimeout: timeoutMs, headersTimeout: timeoutMs, maxHeaderSize: 8192 }
  const server = createServer(limits, (request, response) => {
    respond(keeper, request, response).catch(() => {
      log.error('the witness could not answer')
      if (!response.headersSent) end(response, 500)
      else response.destroy()
    })
  })
  server.maxConnections = 100
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address()
  const at = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    url: `http://${host}:${at}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(keeper: Keeper, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, path = ''] = /^\/([^?#]*)$/.exec(request.url ?? '') ?? []
  if (path === 'add-checkpoint') {
    if (request.method !== 'POST') return end(response, 405)
    const body = await readBody(request)
    if (!body) return end(response, 413)
    const answer = await keeper.add(body)
    const type = answer.status === 409 ? 'text/x.tlog.size' : 'text/plain; charset=utf-8'
    return end(response, answer.status, { type, content: answer.body })
  }
  const record = request.method === 'GET' ? await keeper.record(path) : null
  if (!record) return end(response, 404)
  return end(response, 200, { type: 'text/plain; charset=utf-8', content: record })
}

function end(
  response: ServerResponse,
  status: number,
  { type = 'text/plain; charset=utf-8', content = '' }: { type?: string; content?: string | Buffer } = {},
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(content),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(content)
}

/** undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > bodyLimit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
