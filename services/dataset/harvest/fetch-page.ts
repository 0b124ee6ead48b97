/**
 * Fetches one page of a foreign catalogue. A feed must not make this node knock at doors of its own house: https alone, and
 * every address that a name leads to, at the first call as after each redirect, must be a public one. The check is made in
 * the look-up of the connection itself, so that a name cannot answer twice.
 */
import { lookup } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Page } from './harvest.ts'
import { HarvestError, limits } from './harvest-error.ts'

const timeMs = 30_000
const mostRedirects = 3
const accepted = 'text/turtle, application/ld+json;q=0.9'

/** Throws HarvestError: `address`, `redirect`, `answer`, `time`, `size`. */
export async function fetchPage(address: string): Promise<Page> {
  const signal = AbortSignal.timeout(timeMs)
  let at = address
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await get(insistPublic(at), signal)
    const { statusCode = 0, headers } = response
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy()
      if (!URL.canParse(headers.location, at)) throw new HarvestError('redirect')
      at = new URL(headers.location, at).href
      continue
    }
    if (statusCode !== 200) {
      response.destroy()
      throw new HarvestError('answer')
    }
    return { text: await textOf(response), type: headers['content-type'] ?? '', address: at }
  }
  throw new HarvestError('redirect')
}

/** https, without a password, and no address of this machine or its network. Throws HarvestError `address`. */
export function insistPublic(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  const host = url?.hostname.replaceAll(/^\[|\]$/g, '') ?? ''
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === ''
  if (url === null || !isPlain || (isIP(host) !== 0 && !isPublic(host))) throw new HarvestError('address')
  return url
}

const reserved = new BlockList()
for (const [net, bits] of [
  ...[
    ['0.0.0.0', 8] as const,
    ['10.0.0.0', 8] as const,
    ['100.64.0.0', 10] as const,
    ['127.0.0.0', 8] as const,
  ],
  ...[['169.254.0.0', 16] as const, ['172.16.0.0', 12] as const, ['192.0.0.0', 24] as const],
  ...[['192.0.2.0', 24] as const, ['192.88.99.0', 24] as const, ['192.168.0.0', 16] as const],
  ...[['198.18.0.0', 15] as const, ['198.51.100.0', 24] as const, ['203.0.113.0', 24] as const],
  ...[['224.0.0.0', 4] as const, ['240.0.0.0', 4] as const],
])
  reserved.addSubnet(net, bits, 'ipv4')
const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')
/** Within the global range: documentation, tunnels to addresses of the fourth version. */
for (const [net, bits] of [
  ['2001::', 23] as const,
  ['2001:db8::', 32] as const,
  ['2002::', 16] as const,
  ['3fff::', 20] as const,
])
  reserved.addSubnet(net, bits, 'ipv6')

/** Whether an address is one of the public Internet. */
export function isPublic(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !reserved.check(address, 'ipv4')
  return version === 6 && global.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
}

/** Every address of a name must be public, not only the one that is taken. */
const publicLookup: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, found) => {
    if (error) return done(error, [])
    if (found.length === 0 || found.some((one) => !isPublic(one.address)))
      return done(new HarvestError('address'), [])
    const [first] = found
    return options.all ? done(null, found) : done(null, first?.address ?? '', first?.family)
  })
}

function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: accepted, 'user-agent': 'huisclos' }
    const sent = request(url, { signal, lookup: publicLookup, headers, agent: false }, resolve)
    sent.on('error', (error) => reject(reasonOf(error, signal)))
    sent.end()
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > limits.pageBytes) throw new HarvestError('size')
      chunks.push(chunk)
    }
  } catch (error) {
    throw reasonOf(error)
  } finally {
    response.destroy()
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown, signal?: AbortSignal): HarvestError {
  if (error instanceof HarvestError) return error
  const isLate = signal?.aborted || (error instanceof Error && error.name === 'AbortError')
  return new HarvestError(isLate ? 'time' : 'answer')
}
