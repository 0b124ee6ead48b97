/** A client that knows no manners: bytes on a socket, as they are. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Raw {
  readonly socket: Socket
  /** All that came until the other side closed. */
  readonly answer: Promise<string>
  /** What has come so far. */
  sofar(): string
}

/** Connects, and sends `text`; the address is one of loopback's where given. */
export async function rawTo(url: string, text = '', localAddress = '127.0.0.1'): Promise<Raw> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), localAddress })
  let read = ''
  socket.on('data', (bytes) => {
    read += bytes.toString('latin1')
  })
  // A connection that is cut is what these tests are about.
  socket.on('error', () => {})
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(read)))
  await once(socket, 'connect')
  socket.write(text)
  return { socket, answer, sofar: () => read }
}

/** Status, headers and document of the last answer in a text. */
export function partsOf(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
    }),
  )
  const isJson = headers.get('content-type')?.includes('json')
  // A body in chunks has their lengths around it.
  const text = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)
  const problem: unknown = isJson && text !== '' ? JSON.parse(text) : undefined
  return { status: Number(first.split(' ')[1]), headers, problem }
}
