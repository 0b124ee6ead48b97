/** Pages made of sentences and public facts: no script, one style sheet, everything escaped. Pure. */
import { escaped } from '../kernel/markup.ts'
import { type Code, Refusal } from '../kernel/refusal.ts'
import { explain, type Language, say } from '../kernel/text.ts'

/** A whole page around what it says: title and text in one language. `content` is HTML. */
export function framed(language: Language, title: string, content: readonly string[]): string {
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
    `<header class="bar"><a class="brand" href="/">huisclos</a></header>`,
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    ...content,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** `/help/refus/<code>`: the sentences of one refusal, and nothing about any case of it. */
export function refusalPage(language: Language, code: Code | 'FAILED'): string {
  const { title, detail, hint } = sentencesOf(language, code)
  return framed(language, title, [
    `<p><code>${escaped(code)}</code></p>`,
    `<p>${escaped(detail)}</p>`,
    `<p class="hint">${escaped(hint)}</p>`,
  ])
}

function sentencesOf(language: Language, code: Code | 'FAILED') {
  if (code !== 'FAILED') return explain(language, new Refusal(code, { with: placeholders }))
  const about = (part: string) => say(language, { key: `gateway.failed.${part}` })
  return { title: about('title'), detail: about('detail'), hint: about('hint') }
}

/** Names that only a case knows are shown as an ellipsis. */
const placeholders: Readonly<Record<string, string>> = { known: '…', identifier: '…' }
