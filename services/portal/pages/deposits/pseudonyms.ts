/** A list of persons who object, as a file: only first-level pseudonyms leave the machine. Pure. */

/** The form that `huisclos pseudonymise` gives; a number of a person, or a plain hash of one, has another. */
const form = /^h1k[0-9]{2}_[0-9a-f]{32}$/

export type ReadList =
  | { readonly pseudonyms: readonly string[] }
  /** The first line that is none; 0 where the list is empty. Its text is not repeated. */
  | { readonly wrongLine: number }

export function readList(text: string): ReadList {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const wrong = lines.findIndex((line) => line !== '' && !form.test(line))
  if (wrong >= 0) return { wrongLine: wrong + 1 }
  const pseudonyms = lines.filter((line) => line !== '')
  return pseudonyms.length === 0 ? { wrongLine: 0 } : { pseudonyms }
}
