import { createHash, createHmac } from 'node:crypto'

/** Lower-case hexadecimal SHA-256. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** HMAC-SHA-256 with a 32-byte key. */
export function hmac(key: Uint8Array, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

/**
 * RFC 8785 (JCS) text of a JSON value: members sorted by UTF-16 code units, no blanks, numbers as ECMAScript writes them.
 * Members whose value is undefined are left out, as JSON.stringify does. Throws a TypeError on NaN, infinities, bigint,
 * functions and lone surrogates: nothing is signed or hashed that another implementation would read differently.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('canonical JSON has no NaN and no infinity')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('canonical JSON has no lone surrogate')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object') return canonicalObject(value)
  throw new TypeError(`canonical JSON has no ${typeof value}`)
}

function canonicalObject(value: object): string {
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${canonical(key)}:${canonical(member)}`).join(',')}}`
}
