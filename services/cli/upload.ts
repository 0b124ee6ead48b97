/** Sends one file as a body, streamed, with its progress. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { type Client, unreachable } from './client.ts'
import { CommandError, exitOf, exits } from './ending.ts'
import { problemLines } from './problem-text.ts'

export interface Upload {
  readonly path: string
  readonly file: string
  readonly type: string
  readonly gzip: boolean
  /** Told how far it is. */
  readonly onProgress: (done: number, total: number) => void
}

export interface Received {
  readonly table: string
  readonly bytes: number
  readonly sha256: string
}

export async function upload(client: Client, what: Upload): Promise<Received> {
  const total = (await stat(what.file)).size
  const { text } = await transmit(client, `PUT ${what.path}`, {
    headers: {
      'content-type': what.type,
      'content-length': total,
      ...(what.gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    from: { file: what.file, start: 0 },
    onBytes: (done) => what.onProgress(done, total),
  })
  return JSON.parse(text) as Received
}

interface Transmission {
  readonly headers: Readonly<Record<string, string | number>>
  readonly from: { readonly file: string; readonly start: number }
  /** Told how many bytes have left the file. */
  readonly onBytes: (done: number) => void
}

/** Sends a file, or the rest of one, as a body. A problem document becomes a CommandError, a connection that breaks too. */
export async function transmit(
  client: Client,
  call: string,
  { headers, from, onBytes }: Transmission,
): Promise<{ readonly headers: IncomingMessage['headers']; readonly text: string }> {
  const [method = 'PUT', path = '/'] = call.split(' ')
  const url = new URL(client.url + path)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const outgoing = send(url, {
    method,
    headers: { authorization: `Bearer ${client.token}`, 'accept-language': client.language, ...headers },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
  const source = createReadStream(from.file, { start: from.start })
  let done = 0
  source.on('data', (chunk) => {
    done += chunk.length
    onBytes(done)
  })
  // A node that refuses half-way answers and hangs up: what counts is its answer, not the broken pipe.
  const sent = pipeline(source, outgoing).catch(() => {})
  const cut = (cause: unknown) => unreachable(client.url, new Error('upload', { cause }))
  const response = await answered.catch((cause: unknown) => {
    throw cut(cause)
  })
  const text = await textOf(response).catch((cause: unknown) => {
    throw cut(cause)
  })
  await sent
  const status = response.statusCode ?? 0
  if (status === 200 || status === 204) return { headers: response.headers, text }
  if (response.headers['content-type']?.startsWith('application/problem+json')) {
    const problem = JSON.parse(text)
    throw new CommandError(problemLines(problem).join('\n'), exitOf(status), problem)
  }
  throw new CommandError(`HTTP ${status}`, exits.failed)
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const part of response) text += part
  return text
}
