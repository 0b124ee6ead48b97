/** Sends one file as the body of a PUT, streamed, with its progress. */
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
  readonly onBytes: (sent: number, total: number) => void
}

export interface Received {
  readonly table: string
  readonly bytes: number
  readonly sha256: string
}

export async function upload(client: Client, what: Upload): Promise<Received> {
  const total = (await stat(what.file)).size
  const url = new URL(client.url + what.path)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const outgoing = send(url, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${client.token}`,
      'accept-language': client.language,
      'content-type': what.type,
      'content-length': total,
      ...(what.gzip ? { 'content-encoding': 'gzip' } : {}),
    },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
  const source = createReadStream(what.file)
  source.on('data', (chunk) => what.onBytes(chunk.length, total))
  // A node that refuses half-way answers and hangs up: what counts is its answer, not the broken pipe.
  const sent = pipeline(source, outgoing).catch(() => {})
  const response = await answered.catch((cause: unknown) => {
    throw unreachable(client.url, new Error('upload', { cause }))
  })
  const text = await textOf(response)
  await sent
  const status = response.statusCode ?? 0
  if (status === 200) return JSON.parse(text) as Received
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
