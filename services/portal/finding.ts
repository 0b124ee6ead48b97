/** What answers a few typed words: by their beginnings, their middles, then their letters; without case and accents. */

/** As it is compared: `Épidémiologie` and `epidemiologie` are one. */
function plain(text: string): string {
  const letters = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return letters.replaceAll('œ', 'oe').replaceAll('æ', 'ae')
}

function wordsOf(text: string): readonly string[] {
  return plain(text).match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Fewer letters than these, left out here and there, would find nearly everything. */
const fewestLetters = 3

/** How well one word answers another: 3 begins with it, 2 has it inside, 1 has its letters in their order, 0 not. */
function likeness(word: string, asked: string): 0 | 1 | 2 | 3 {
  if (word.startsWith(asked)) return 3
  if (word.includes(asked)) return 2
  return asked.length >= fewestLetters && hasInOrder(word, asked) ? 1 : 0
}

function hasInOrder(word: string, letters: string): boolean {
  let at = 0
  for (const letter of word) if (letter === letters[at]) at += 1
  return at === letters.length
}

/**
 * Every asked word must be answered by some word of the text; null where one is not. Nothing asked is answered by everything. Words
 * that stand there as they were typed, such as the number of a request, count once more.
 */
function answerTo(asked: readonly string[], text: string): number | null {
  const words = wordsOf(text)
  const found = asked.map((one) => Math.max(0, ...words.map((word) => likeness(word, one))))
  if (found.includes(0)) return null
  return found.reduce((sum, one) => sum + one, words.join(' ').includes(asked.join(' ')) ? 1 : 0)
}

/** Those whose text answers all that was typed, the best first; those that answer alike stay in their order. */
export function findBy<T>(typed: string, things: readonly T[], textOf: (thing: T) => string): readonly T[] {
  const asked = wordsOf(typed)
  return things
    .map((thing) => ({ thing, answer: answerTo(asked, textOf(thing)) }))
    .filter((one): one is { thing: T; answer: number } => one.answer !== null)
    .sort((a, b) => b.answer - a.answer)
    .map(({ thing }) => thing)
}
