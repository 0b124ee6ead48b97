/** The pages of signing in: who to sign in with, and what came of it. Pure. */
import type { LoginIssuer } from '../identity/issuers/configuration.ts'
import { escaped } from '../kernel/markup.ts'
import type { Code } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'
import { framed, framedAt } from './pages.ts'

/** Links, not forms: the policy of our pages would hold back the redirect that follows a form. `target` is where they lead in the end. */
export function choicePage(language: Language, issuers: readonly LoginIssuer[], target = '/'): string {
  const onward = target === '/' ? '' : `?vers=${encodeURIComponent(target)}`
  const links = issuers.map(
    ({ name, login }) =>
      `<li><a href="/connexion/${escaped(name)}${escaped(onward)}">${escaped(login.label[language])}</a></li>`,
  )
  return framedAt({ language, title: say(language, { key: 'login.title' }), at: `/connexion${onward}` }, [
    `<p>${escaped(say(language, { key: 'login.choose' }))}</p>`,
    `<ul>${links.join('')}</ul>`,
  ])
}

export function donePage(language: Language, what: 'done' | 'linked', target: string): string {
  return framed(language, say(language, { key: `login.${what}.title` }), [
    `<p>${escaped(say(language, { key: `login.${what}.detail` }))}</p>`,
    `<p><a href="${escaped(target)}">${escaped(say(language, { key: 'login.on' }))}</a></p>`,
  ])
}

const kinds: Readonly<Partial<Record<Code, string>>> = {
  ASSURANCE_TOO_LOW: 'assurance',
  CONFLICT: 'conflict',
  UNAVAILABLE: 'unavailable',
}

/** Why not is for the log: a page that told would help whoever tries. */
export function refusedPage(language: Language, code: Code): string {
  const kind = kinds[code] ?? 'refused'
  return framed(language, say(language, { key: `login.${kind}.title` }), [
    `<p role="alert">${escaped(say(language, { key: `login.${kind}.detail` }))}</p>`,
    `<p><a href="/connexion">${escaped(say(language, { key: 'login.again' }))}</a></p>`,
  ])
}
