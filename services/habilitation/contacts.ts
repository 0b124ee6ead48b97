/** Takes contacts and names of persons out of a text that is about to be public (governance.md 4 and 19). Pure. */

const hidden = '[…]'

const email = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
/** French numbers and international ones, with the usual signs between the digits. */
const phone = /(?<![\p{L}\p{N}])(?:\+\d{1,3}[ .\-()]*\d(?:[ .\-()]*\d){6,12}|0\d(?:[ .-]?\d{2}){4})(?!\d)/gu
/** Of a person in France, with or without its key. */
const nir =
  /(?<!\d)[12][ .]?\d{2}[ .]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .]?(?:\d{2}|2[ab])[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?(?!\d)/gi

/**
 * The text with addresses, telephone numbers, social security numbers and the given names of persons replaced by `[…]`. A name
 * of one word is left alone: it is a word of the language as often as a person.
 */
export function withoutContacts(text: string, names: readonly string[] = []): string {
  const cleared = text.replaceAll(email, hidden).replaceAll(nir, hidden).replaceAll(phone, hidden)
  return names.filter((name) => /\S\s+\S/.test(name)).reduce(withoutName, cleared)
}

function withoutName(text: string, name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const inOrder = words.join('\\s+')
  const turned = [...words].reverse().join('\\s+')
  return text.replaceAll(
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${inOrder}|${turned})(?![\\p{L}\\p{N}])`, 'giu'),
    hidden,
  )
}
