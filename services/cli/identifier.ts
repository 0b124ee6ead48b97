/** What counts as the identifier of a person before it is pseudonymised. Pure. */
import { isFirstLevel } from '../dataset/first-level.ts'

export type IdentifierFault = 'empty' | 'blank' | 'pseudonym' | 'nir'

export interface Identifier {
  readonly text: string
}

/**
 * The one spelling of an identifier, or why it is none. Blanks around it are refused, for they would name somebody else. With
 * `nir`, social security numbers of 13 characters or of 15 with the right key, blanks inside left out: the key is no part of
 * the name.
 */
export function identifierOf(
  value: string,
  { nir }: { readonly nir: boolean },
): Identifier | IdentifierFault {
  const text = value.normalize('NFC')
  if (text.trim() === '') return 'empty'
  if (text.trim() !== text) return 'blank'
  if (isFirstLevel(text)) return 'pseudonym'
  if (!nir) return { text }
  const bare = text.replaceAll(/[ .\u00a0\u202f-]/g, '').toUpperCase()
  return isNir(bare) ? { text: bare.slice(0, 13) } : 'nir'
}

/** Sex, year, month, department (2A and 2B of Corsica), commune, order, and the key where it is there. */
const nirForm = /^[1-478][0-9]{2}[0-9]{2}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?$/

/** 97 − (first 13 mod 97), 2A counted 19 and 2B counted 18. */
function isNir(bare: string): boolean {
  if (!nirForm.test(bare)) return false
  if (bare.length === 13) return true
  const digits = bare.slice(0, 13).replace('2A', '19').replace('2B', '18')
  return 97 - Number(BigInt(digits) % 97n) === Number(bare.slice(13))
}
