/** The pages of the demo issuer: nothing from elsewhere, no script. Pure. */
import { createHash } from 'node:crypto'
import type { Sentence } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'
import type { Account } from './person.ts'

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}
.demo{background:#fff4d6;border:1px solid #8a6d00;padding:.5rem 1rem}
button,input[type=text]{font:inherit;padding:.5rem 1rem;margin:.25rem 0;border:1px solid #44474f;border-radius:.25rem;background:#fff}
button{width:100%;text-align:left;cursor:pointer}code{font-size:1.5rem}`

/**
 * Nothing may be loaded and no script may run. A form may only lead to a loopback address: browsers hold the redirect that
 * follows a form to this rule too, and clients of the demo listen there.
 */
export const pagePolicy = [
  "default-src 'none'",
  'script-src',
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self' http://127.0.0.1:* http://localhost:*",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** French, unless the browser says that it wants English first. */
export function pageLanguage(acceptLanguage: string | undefined): Language {
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'fr'
}

export function accountsPage(language: Language, action: string, accounts: readonly Account[]): string {
  const buttons = accounts.map(
    ({ subject, displayName, organisation, roles }) =>
      `<button type="submit" name="subject" value="${escapeHtml(subject)}">${escapeHtml(
        `${displayName} — ${roles.join(', ')} — ${organisation}`,
      )}</button>`,
  )
  return page(
    language,
    'demo.choose',
    `<form method="post" action="${escapeHtml(action)}">${buttons.join('\n')}</form>`,
  )
}

/** `form` is made by the provider, without its button. */
export function codePage(language: Language, form: string, isWrong: boolean): string {
  const wrong = isWrong ? `<p role="alert">${text(language, { key: 'demo.code.wrong' })}</p>` : ''
  const handler = / onfocus="[^"]*"/g
  return page(
    language,
    'demo.code',
    `${wrong}${form.replaceAll(handler, '')}<button type="submit" form="op.deviceInputForm">${text(language, { key: 'demo.continue' })}</button>`,
  )
}

export function confirmPage(language: Language, form: string, code: string): string {
  return page(
    language,
    'demo.confirm',
    `<p><code>${escapeHtml(code)}</code></p>${form}
<button type="submit" form="op.deviceConfirmForm">${text(language, { key: 'demo.continue' })}</button>
<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">${text(language, { key: 'demo.abort' })}</button>`,
  )
}

export function plainPage(language: Language, key: 'demo.done' | 'demo.failed'): string {
  return page(language, key, '')
}

function page(language: Language, key: string, body: string): string {
  const title = text(language, { key: `${key}.title` })
  return `<!DOCTYPE html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body>
<p class="demo">${text(language, { key: 'demo.banner' })}</p>
<h1>${title}</h1>
<p>${text(language, { key: `${key}.detail` })}</p>
${body}
</body>
</html>
`
}

function text(language: Language, sentence: Sentence): string {
  return escapeHtml(say(language, sentence))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(raw: string): string {
  return raw.replaceAll(/[&<>"']/g, (mark) => entities[mark] ?? '')
}
