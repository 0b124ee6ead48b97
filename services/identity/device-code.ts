/** The codes of a device grant (RFC 8628, 6.1): one for the machine, one that a person reads and types. Pure but for the chance. */
import { randomBytes, randomInt } from 'node:crypto'

/** Twenty consonants: no vowel makes a word, no digit looks like a letter. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8

export function newDeviceCode(): string {
  return randomBytes(32).toString('base64url')
}

/** Such as `BCDF-GHJK`: 34 bits, for ten minutes and five attempts a minute. */
export function newUserCode(): string {
  const drawn = Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
  return `${drawn.slice(0, 4)}-${drawn.slice(4)}`
}

/** The code of what was typed, in whatever case and with whatever between the letters; null where it is none. */
export function userCodeOf(typed: string): string | null {
  const plain = typed.toUpperCase().replaceAll(/[^A-Z]/g, '')
  const isCode = plain.length === length && [...plain].every((letter) => letters.includes(letter))
  return isCode ? `${plain.slice(0, 4)}-${plain.slice(4)}` : null
}
