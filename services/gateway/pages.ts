/** Pages made of sentences and public facts: no script, one style sheet, everything escaped. Pure. */
import { escaped } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'
import { testedRate } from './help/statement-facts.ts'

export interface Framing {
  readonly language: Language
  readonly title: string
  /**
   * The address of the page with what was asked of it, without `lang`: the same page in the other language is linked. Left out
   * where a page answers an act, which is not done again to be read in another language.
   */
  readonly at?: string
}

/** A whole page around what it says. `content` is HTML. */
export function framedAt(framing: Framing, content: readonly string[]): string {
  const { language, title } = framing
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)} — huisclos</title>`,
    '<link rel="stylesheet" href="/assets/app.css">',
    '<link rel="icon" href="/assets/huisclos.svg" type="image/svg+xml">',
    '</head>',
    '<body>',
    `<a class="skip" href="#content">${word(language, 'skip')}</a>`,
    headerOf(framing),
    '<main id="content">',
    `<h1>${escaped(title)}</h1>`,
    ...content,
    '</main>',
    footerOf(language),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** A page without an address of its own, which has one language: that of who asked. */
export function framed(language: Language, title: string, content: readonly string[]): string {
  return framedAt({ language, title }, content)
}

const word = (language: Language, key: string, given = {}) =>
  escaped(say(language, { key: `page.${key}`, with: given }))

const places = [
  ['/catalogue', 'catalogue'],
  ['/transparence', 'transparency'],
  ['/help', 'help'],
] as const

function headerOf({ language, at }: Framing): string {
  const links = places.map(([href, name]) => {
    const isHere = at !== undefined && new RegExp(`^${href}(?![\\w-])`).test(at)
    const current = isHere ? ' aria-current="page"' : ''
    return `<a href="${href}?lang=${language}"${current}>${word(language, name)}</a>`
  })
  return [
    '<header class="bar">',
    '<a class="brand" href="/"><img src="/assets/huisclos.svg" width="28" height="28" alt=""> huisclos</a>',
    `<nav aria-label="${word(language, 'places')}">${links.join(' ')} <a href="/espace">${word(language, 'own')}</a>${otherLanguage(language, at)}</nav>`,
    '</header>',
  ].join('\n')
}

function otherLanguage(language: Language, at: string | undefined): string {
  if (at === undefined) return ''
  const [other, label] = language === 'fr' ? ['en', 'English'] : ['fr', 'Français']
  const href = `${at}${at.includes('?') ? '&' : '?'}lang=${other}`
  return ` <a href="${escaped(href)}" hreflang="${other}" lang="${other}">${label}</a>`
}

function footerOf(language: Language): string {
  const rate = testedRate()
  const accessibility =
    rate === null ? word(language, 'accessibility') : word(language, 'accessibility-rate', { rate })
  const links = [
    `<a href="/accessibility?lang=${language}">${accessibility}</a>`,
    `<a href="/help?lang=${language}">${word(language, 'help')}</a>`,
    `<a href="/transparence?lang=${language}">${word(language, 'transparency')}</a>`,
  ]
  return `<footer>huisclos · ${links.join(' · ')}</footer>`
}
