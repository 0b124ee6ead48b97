/** Each reverse proxy at work in front of a server that tells what reached it; skipped aloud where its program is not here. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
  type Server,
} from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect } from '@jest/globals'
import { freePort } from '../contract/system.ts'
import { names, type Place, type Ports, placed, programs } from './proxies.ts'
import { withTool } from './tools.ts'

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Stands for the node: says Strict-Transport-Security, tells headers and bytes, and for /slow only half until it is released. */
async function openEcho(): Promise<{ server: Server; port: number; release(): void }> {
  let release = () => {}
  const server = createServer(async (incoming, response) => {
    response.setHeader('strict-transport-security', 'max-age=63072000')
    if (incoming.url === '/slow') {
      response.write('first')
      release = () => void response.end('last')
      return
    }
    // A body that its proxy cuts is answered by the proxy.
    const bytes = await countedIn(incoming).catch(() => null)
    response.end(JSON.stringify({ headers: incoming.headers, url: incoming.url, bytes }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, release: () => release() }
}

async function countedIn(incoming: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const part of incoming) bytes += part.length
  return bytes
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly raw: readonly string[]
  readonly text: string
  /** When the first part of the body was there, the rest was not yet sent. */
  readonly first: string
}

interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly onFirst?: () => void
}

/** One call through the proxy, which ends TLS with the certificate of its place. */
function asker(port: number, ca: string) {
  return (path: string, { method = 'GET', headers = {}, body, onFirst = () => {} }: Asking = {}) =>
    new Promise<Got>((resolve, reject) => {
      const options = { host: 'localhost', port, path, method, headers, ca, family: 4, agent: false } as const
      const asking = request(options, (response) => {
        const parts: string[] = []
        response.setEncoding('utf8')
        response.on('error', reject)
        response.on('data', (part) => {
          parts.push(part)
          if (parts.length === 1) onFirst()
        })
        response.on('end', () => {
          const { statusCode: status = 0, headers, rawHeaders: raw } = response
          resolve({ status, headers, raw, text: parts.join(''), first: parts[0] ?? '' })
        })
      })
      asking.on('error', reject)
      asking.end(body)
    })
}

function plainStatus(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    plainRequest({ host: '127.0.0.1', port, path, agent: false }, ({ statusCode = 0 }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
}

async function start(program: string, args: readonly string[], { folder }: Place) {
  const output = createWriteStream(join(folder, 'output'))
  await once(output, 'open')
  const home = join(folder, 'home')
  mkdirSync(home)
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  const child = spawn(program, args, { stdio: ['ignore', output, output], env, detached: true })
  const ended = once(child, 'exit')
  return async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}

async function listening(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (
      await ask().then(
        () => true,
        () => false,
      )
    )
      return
    await later(50)
  }
  throw new Error('the proxy does not listen')
}

/** All that a proxy wrote, but for its own configuration. */
function logsOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(output|errors|.*\.log)$/.test(name))
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
}

async function seen(ask: ReturnType<typeof asker>, release: () => void) {
  const claims = {
    'x-forwarded-for': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
    'x-forwarded-host': 'evil.example',
  }
  const told = await ask('/connexion/chu/retour?code=the-code', { headers: claims })
  const body = Buffer.alloc(3 * 1024 ** 2)
  const headers = { 'content-length': String(body.length) }
  const file = await ask('/api/v1/uploads/1', { method: 'PATCH', headers, body })
  const other = await ask('/api/v1/me', { method: 'POST', headers, body }).catch(() => null)
  const slow = await ask('/slow', { onFirst: release })
  return { told, file, other, slow, metrics: await ask('/metrics') }
}

describe('a reverse proxy at work', () => {
  for (const name of names) {
    const { tool, run, isBounding } = programs[name]
    withTool(tool, `${tool} says who came, keeps no body, and logs no query string`, async (program) => {
      const echo = await openEcho()
      const [plain, secure, metrics] = [await freePort(), await freePort(), await freePort()]
      const ports: Ports = { plain, secure, metrics, node: echo.port }
      const place = await placed(name, program, ports)
      if (place === null) return
      const stop = await start(program, run(place), place)
      const ask = asker(secure, readFileSync(place.certificate, 'utf8'))
      try {
        await listening(async () => expect((await ask('/')).status).toBe(200))
        const { told, file, other, slow, metrics: hidden } = await seen(ask, echo.release)
        const { headers } = JSON.parse(told.text)
        expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' })
        expect([headers.forwarded, headers['x-forwarded-host']]).not.toContain('evil.example')
        expect(headers.forwarded).toBeUndefined()
        expect(told.raw.filter((one) => /^strict-transport-security$/i.test(one))).toHaveLength(1)
        expect(JSON.parse(file.text).bytes).toBe(3 * 1024 ** 2)
        // Refused, or cut: Caddy 2.6 calls it 502.
        expect(isBounding ? [413, 502, undefined] : [200]).toContain(other?.status)
        expect([slow.first, slow.text]).toEqual(['first', 'firstlast'])
        expect([403, 404]).toContain(hidden.status)
        expect([await plainStatus(metrics, '/metrics'), await plainStatus(metrics, '/')]).toEqual([200, 404])
        expect(await plainStatus(plain, '/x')).toBeGreaterThanOrEqual(300)
      } finally {
        await stop()
        echo.server.close()
        echo.server.closeAllConnections()
      }
      expect(logsOf(place.folder)).toContain('/connexion/chu/retour')
      expect(logsOf(place.folder)).not.toContain('the-code')
    })
  }
})
