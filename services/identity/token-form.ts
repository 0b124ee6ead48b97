/**
 * How tokens are written that this node makes and keeps the hash of: a prefix, 256 random bits and 32 bits of checksum, in lower-case
 * hexadecimal. Who scans files for secrets finds one by its beginning and knows by the checksum that it is no accident. Pure but
 * for the chance.
 */
import { randomBytes } from 'node:crypto'
import { sha256 } from '../kernel/hash.ts'

export interface TokenForm {
  make(): string
  /** Whether a bearer says of itself that it is one, well written or not. */
  claims(bearer: string): boolean
  /** Whether it is one that was written whole: known or not, no table need be asked otherwise. */
  isWhole(bearer: string): boolean
}

function formOf(prefix: string): TokenForm {
  const form = new RegExp(`^(${prefix}[0-9a-f]{64})([0-9a-f]{8})$`)
  const checksum = (body: string) => sha256(body).slice(0, 8)
  return {
    make() {
      const body = `${prefix}${randomBytes(32).toString('hex')}`
      return body + checksum(body)
    },
    claims: (bearer) => bearer.startsWith(prefix),
    isWhole(bearer) {
      const [, body = '', check] = form.exec(bearer) ?? []
      return check === checksum(body)
    },
  }
}

/** A personal access token, of one project. */
export const personalTokenForm = formOf('hc_')
/** The token of a command line that acts in a session. */
export const deviceTokenForm = formOf('hd_')
