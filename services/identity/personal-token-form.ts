/**
 * How a personal access token is written: `hc_`, 256 random bits and 32 bits of checksum, all in lower-case hexadecimal. Who
 * scans files for secrets finds it by its beginning and knows by the checksum that it is no accident. Pure but for the chance.
 */
import { randomBytes } from 'node:crypto'
import { sha256 } from '../kernel/hash.ts'

const form = /^(hc_[0-9a-f]{64})([0-9a-f]{8})$/
const prefix = 'hc_'

export function newPersonalToken(): string {
  const body = `${prefix}${randomBytes(32).toString('hex')}`
  return body + checksum(body)
}

/** Whether a bearer says of itself that it is one, well written or not. */
export function claimsPersonalToken(bearer: string): boolean {
  return bearer.startsWith(prefix)
}

/** Whether it is one that was written whole: known or not, no table need be asked otherwise. */
export function isPersonalToken(bearer: string): boolean {
  const [, body = '', check] = form.exec(bearer) ?? []
  return check === checksum(body)
}

function checksum(body: string): string {
  return sha256(body).slice(0, 8)
}
