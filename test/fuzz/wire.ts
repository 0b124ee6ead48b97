/** HTTP as bytes: what a client library refuses to write is written here. */
import { connect } from 'node:net'
import type { Shot } from './mutations.ts'

export interface Heard {
  /** 0 when the connection was closed without a word. */
  readonly status: number
  /** Head and body, as they came. */
  readonly text: string
  readonly ms: number
  readonly isSilent: boolean
}

/** After so long the house is taken not to answer. */
const patienceMs = 20_000

/** Writes one request and hears all of the answer. */
export function fire(port: number, { method, target, headers, body }: Shot): Promise<Heard> {
  const given = { host: `127.0.0.1:${port}`, 'content-length': String(body.length), connection: 'close' }
  const lines = Object.entries({ ...given, ...headers }).map(([name, value]) => `${name}: ${value}`)
  const head = `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  return new Promise((resolve) => {
    const begun = performance.now()
    const parts: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let isSilent = false
    socket.setTimeout(patienceMs, () => {
      isSilent = true
      socket.destroy()
    })
    socket.on('data', (part) => parts.push(part))
    // A house that cuts off who sends too much resets the connection; what it said before is what counts.
    socket.on('error', () => {})
    socket.once('end', () => socket.end())
    socket.once('close', () => {
      const text = Buffer.concat(parts).toString('utf8')
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
      resolve({ status, text, ms: performance.now() - begun, isSilent })
    })
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
  })
}
