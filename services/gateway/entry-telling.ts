/** Entries of the log in the words of their reader, who may know whose subjects those are. */
import type { Account } from '../identity/person.ts'
import type { Language } from '../kernel/text.ts'
import { entrySentence, type Told } from '../review/sentence.ts'

interface Words {
  readonly sentence: string
  readonly name?: string
}

/** The index holds a subject without its issuer: one that two issuers know is not given either name. */
export function telling(accounts: readonly Account[], language: Language): (entry: Told) => Words {
  const names = new Map<string, string | undefined>()
  for (const { subject, displayName } of accounts)
    names.set(subject, names.has(subject) ? undefined : displayName)
  return (entry) => {
    const name = entry.actor === null ? undefined : names.get(entry.actor)
    const sentence = entrySentence({ ...entry, actor: name ?? entry.actor }, language)
    return name === undefined ? { sentence } : { sentence, name }
  }
}

/** A kind of entry, in words that leave open who and what: `… a lu le journal`. */
export function typeLabel(type: string, language: Language): string {
  return entrySentence({ type, actor: '…', dataset: '…', code: '…', issuer: '…' }, language)
}
