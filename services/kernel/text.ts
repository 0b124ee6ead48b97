import { readFileSync } from 'node:fs'
import type { Refusal, Sentence } from './refusal.ts'

/** The languages of everything a person reads: French first. */
export type Language = 'fr' | 'en'

/** What is said in one place only: both languages side by side. */
export type Said = Readonly<Record<Language, string>>

type Messages = Readonly<Record<string, string>>

function load(language: Language): Messages {
  return JSON.parse(readFileSync(new URL(`messages/${language}.json`, import.meta.url), 'utf8'))
}

const messages: Readonly<Record<Language, Messages>> = { fr: load('fr'), en: load('en') }

/** The sentence of a key, its `{{names}}` filled in. A key that no catalogue has is a bug and throws. */
export function say(language: Language, sentence: Sentence): string {
  const pattern = messages[language][sentence.key]
  if (pattern === undefined) throw new Error(`no sentence ${sentence.key} in ${language}`)
  return pattern.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(sentence.with?.[name] ?? ''))
}

/** Title, detail and hint of a refusal; every code has all three, in both languages. */
export function explain(
  language: Language,
  refusal: Refusal,
): { title: string; detail: string; hint: string } {
  const { code, facts } = refusal
  const about = facts.with ?? {}
  const detail = say(language, { key: `refusal.${code}.detail`, with: about })
  return {
    title: say(language, { key: `refusal.${code}.title`, with: about }),
    detail: facts.fact ? `${detail} ${say(language, facts.fact)}` : detail,
    hint: say(language, facts.hint ?? { key: `refusal.${code}.hint`, with: about }),
  }
}
