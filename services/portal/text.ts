/**
 * Every sentence of the portal comes from a catalogue in both languages. Each page has its own pair under words/, loaded with it. The
 * language is that of `?lang=`, else the browser's, else French; the address keeps it, nothing is stored.
 */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

export type Language = 'fr' | 'en'

type Sentences = Readonly<Record<string, string>>

/** A key without the ending by which plural forms are told apart. */
export type KeyOf<T> = keyof T extends infer K
  ? K extends `${infer Base}_one` | `${infer Base}_other` | `${infer Base}_many`
    ? Base
    : K & string
  : never

export type Say<T> = (key: KeyOf<T>, places?: Readonly<Record<string, string | number>>) => string

/** To be awaited before the first page. */
export async function openText(chosen: Language): Promise<void> {
  document.documentElement.lang = chosen
  await i18next.use(initReactI18next).init({
    lng: chosen,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: {},
  })
}

/** The language of the page. */
export function language(): Language {
  return document.documentElement.lang === 'en' ? 'en' : 'fr'
}

/** What the address, then the browser asks for. */
export function wantedLanguage(search: string, browser: readonly string[]): Language {
  const asked = new URLSearchParams(search).get('lang')
  if (asked === 'fr' || asked === 'en') return asked
  return browser.find((one) => /^(fr|en)\b/.test(one))?.startsWith('en') ? 'en' : 'fr'
}

/**
 * The sentences of one page or part as a hook: `const useWords = words('home', { fr, en })`, then `const say = useWords()` and
 * `say('title')`. Places are `{{name}}`; plurals are keys that end in `_one`, `_many` and `_other`, chosen by `count`. Both catalogues have the same keys.
 */
export function words<T extends Sentences>(
  name: string,
  catalogues: { readonly fr: T; readonly en: { readonly [K in keyof T]: string } },
): () => Say<T> {
  const add = () => {
    i18next.addResourceBundle('fr', name, catalogues.fr, true, true)
    i18next.addResourceBundle('en', name, catalogues.en, true, true)
  }
  if (i18next.isInitialized) add()
  else i18next.on('initialized', add)
  return () => {
    const { t } = useTranslation(name)
    return (key, places) => t(key, { ...places })
  }
}
