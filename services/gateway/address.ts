/** Who is one visitor, as far as an address tells. Pure. */

import { isIPv4, isIPv6 } from 'node:net'
import type { Request } from 'express'

const mapped = /^::ffff:(?=\d+\.)/i

/** The same for both ways of writing an IPv4 address. */
export function plainAddress(address: string): string {
  return address.replace(mapped, '')
}

/** What is counted as one: an IPv4 address, or the /64 of an IPv6 one, for a single line holds that many. */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (isIPv4(plain) || !isIPv6(plain)) return plain
  return expanded(plain).slice(0, 4).join(':')
}

/** The eight groups, without zeros in front. */
function expanded(address: string): readonly string[] {
  const [bare = ''] = address.split('%')
  const [before = [], after] = bare.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const groups = after
    ? [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
    : before
  return groups.map((group) => Number.parseInt(group, 16).toString(16))
}

/** Behind the trusted proxy, the address that it saw: Express reads the header from that proxy alone. */
export function addressOf({ ip, socket }: Request): string {
  return ip ?? socket.remoteAddress ?? ''
}
