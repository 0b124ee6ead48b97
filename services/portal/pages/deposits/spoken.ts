import type { KeyOf, Say } from '../../text.ts'
import french from '../../words/deposits.fr.json' with { type: 'json' }
import type fr from '../../words/deposits.fr.json'

/** The word of a code that the API leaves open; the code itself where there is none. */
export function spoken(say: Say<typeof fr>, key: string, code: string): string {
  return Object.hasOwn(french, key) ? say(key as KeyOf<typeof fr>) : code
}
