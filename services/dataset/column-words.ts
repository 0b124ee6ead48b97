/** The words of a column's name, as a rule reads them: `PatientBirthDate`, `date_naissance` and `DT-NAIS` alike. Pure. */

/** Lower-case words without accents, in order; figures are dropped. */
export function wordsOf(column: string): readonly string[] {
  return column
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}

/** Whether one of the words is in the list. */
export function hasWord(words: readonly string[], list: ReadonlySet<string>): boolean {
  return words.some((word) => list.has(word))
}

/** A list of words, written as a sentence. */
export function listOf(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}
