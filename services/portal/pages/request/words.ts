/** Words for states, turns, clocks, events and members of a request; a code without words is shown as it is. */
import { type KeyOf, words } from '../../text.ts'
import en from '../../words/request.en.json' with { type: 'json' }
import fr from '../../words/request.fr.json' with { type: 'json' }
import namesEn from '../../words/request-names.en.json' with { type: 'json' }
import namesFr from '../../words/request-names.fr.json' with { type: 'json' }

export const useRequestWords = words('request', { fr, en })
const useNameWords = words('request-names', { fr: namesFr, en: namesEn })

type Kind =
  | 'state'
  | 'turn'
  | 'clock'
  | 'history'
  | 'member'
  | 'code'
  | 'opinion'
  | 'line'
  | 'grant'
  | 'reader'

/** `named('state', 'draft')` → `Brouillon`. */
export function useNames(): (kind: Kind, code: string) => string {
  const say = useNameWords()
  return (kind, code) => {
    const key = `${kind}.${code}`
    return isKey(key) ? say(key) : code
  }
}

function isKey(key: string): key is KeyOf<typeof namesFr> {
  return Object.hasOwn(namesFr, key)
}
