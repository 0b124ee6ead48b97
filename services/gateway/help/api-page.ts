/** `/help/api`: every call with what it does, who may make it and what it takes and gives, read off the declarations. No script. Pure. */
import type { Powers } from '../../habilitation/matrix.ts'
import { type Role, roles } from '../../identity/person.ts'
import { escaped } from '../../kernel/markup.ts'
import type { Language, Said } from '../../kernel/text.ts'
import { rolesOf } from '../authorisation.ts'
import { framedAt } from '../pages.ts'
import type { Route } from '../route.ts'
import { roleTexts } from './roles.ts'

const words = {
  title: { fr: 'L’API', en: 'The API' },
  lead: {
    fr: 'Chaque appel que ce nœud comprend, et qui peut le faire. Les pages n’en font pas d’autres.',
    en: 'Each call that this node understands, and who may make it. The pages make no others.',
  },
  english: {
    fr: 'Les descriptions sont en anglais, comme le document OpenAPI dont elles viennent :',
    en: 'The same as a document for tools:',
  },
  refusals: {
    fr: 'Tout appel peut finir par un refus, un document « problem+json » avec son code :',
    en: 'Any call may end in a refusal, a "problem+json" document with its code:',
  },
  everybody: { fr: 'tout le monde', en: 'everybody' },
  account: { fr: 'tout compte', en: 'every account' },
  role: { fr: 'Rôle', en: 'Role' },
  all: { fr: '(tous)', en: '(all)' },
  show: { fr: 'Montrer', en: 'Show' },
  pages: { fr: 'Pages et fichiers publics', en: 'Public pages and files' },
  call: { fr: 'Appel', en: 'Call' },
  does: { fr: 'Ce qu’il fait', en: 'What it does' },
  who: { fr: 'Qui', en: 'Who' },
  schemas: { fr: 'Prend → donne', en: 'Takes → gives' },
  sections: { fr: 'Sections', en: 'Sections' },
} as const satisfies Record<string, Said>

export interface ApiPage {
  readonly language: Language
  readonly routes: readonly Route[]
  /** The OpenAPI document of the same routes. */
  readonly document: unknown
  readonly powers: () => readonly Powers[]
  /** Only the calls that this role may make. */
  readonly role?: Role | undefined
}

interface Listed {
  readonly route: Route
  readonly section: string
  /** Null is everybody; all roles are every account. */
  readonly callers: readonly Role[] | null
}

export function apiPage(shown: ApiPage): string {
  const { language, role } = shown
  const word = wordIn(language)
  const listed = shown.routes
    .map((route) => listedOf(route, shown.powers))
    .filter(({ callers }) => role === undefined || callers?.includes(role))
  const sections = [...new Set(listed.map(({ section }) => section))].sort(byName)
  const links = sections.map(
    (name) => `<a href="#${idOf(name)}">${name === '' ? word('pages') : escaped(name)}</a>`,
  )
  return framedAt({ language, title: words.title[language], at: addressOf(role) }, [
    `<p class="lead">${word('lead')}</p>`,
    `<p>${word('english')} <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>`,
    `<p>${word('refusals')} <a href="/help/refus?lang=${language}">/help/refus</a>.</p>`,
    choiceOf(language, role),
    `<nav aria-label="${word('sections')}" class="sections">${links.join(' ')}</nav>`,
    ...sections.map((name) =>
      sectionOf(
        name,
        listed.filter(({ section }) => section === name),
        shown,
      ),
    ),
  ])
}

const wordIn = (language: Language) => (name: keyof typeof words) => escaped(words[name][language])

const addressOf = (role: Role | undefined) => (role === undefined ? '/help/api' : `/help/api?role=${role}`)

/** Calls of the API by their first word, pages last. */
function byName(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1
  return a < b ? -1 : 1
}

const idOf = (section: string) => `s-${section === '' ? 'pages' : section.replaceAll(/[^a-z-]/g, '')}`

function listedOf(route: Route, powers: () => readonly Powers[]): Listed {
  const [, first = ''] = /^\/api\/v1\/([\w-]+)/.exec(route.path) ?? []
  const { authorisation } = route
  return {
    route,
    section: first,
    callers: authorisation === undefined ? null : rolesOf(authorisation.who, powers),
  }
}

function choiceOf(language: Language, role: Role | undefined): string {
  const word = wordIn(language)
  const options = roles.map((one) => {
    const chosen = one === role ? ' selected' : ''
    return `<option value="${one}"${chosen}>${escaped(roleTexts[one].name[language])}</option>`
  })
  return [
    '<form class="search" action="/help/api" method="get">',
    `<input type="hidden" name="lang" value="${language}">`,
    `<label>${word('role')} <select name="role"><option value="">${word('all')}</option>${options.join('')}</select></label>`,
    `<button type="submit">${word('show')}</button>`,
    '</form>',
  ].join('\n')
}

function sectionOf(name: string, listed: readonly Listed[], { language, document }: ApiPage): string {
  const word = wordIn(language)
  const heads = (['call', 'does', 'who', 'schemas'] as const).map(
    (one) => `<th scope="col">${word(one)}</th>`,
  )
  const rows = listed.map(({ route: { method, path, summary }, callers }) =>
    [
      '<tr>',
      `<th scope="row"><code>${method.toUpperCase()} ${brokenUp(path)}</code></th>`,
      `<td lang="en">${escaped(summary)}</td>`,
      `<td>${whoOf(callers, language)}</td>`,
      `<td>${schemasOf(document, { method, path })}</td>`,
      '</tr>',
    ].join(''),
  )
  const title = name === '' ? word('pages') : escaped(name)
  return [
    `<h2 id="${idOf(name)}">${title}</h2>`,
    `<div class="wide" tabindex="0" role="region" aria-label="${title}"><table class="calls">`,
    `<thead><tr>${heads.join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
  ].join('\n')
}

/** A long path may go on in the next line after each of its parts. */
const brokenUp = (path: string) => escaped(path).replaceAll('/', '/<wbr>')

function whoOf(callers: readonly Role[] | null, language: Language): string {
  if (callers === null) return escaped(words.everybody[language])
  if (callers.length === roles.length) return escaped(words.account[language])
  return callers.map((role) => escaped(roleTexts[role].name[language])).join(', ')
}

/** Names of the schemas that the document gives a call: of its body, and of its good answers. */
function schemasOf(document: unknown, { method, path }: Pick<Route, 'method' | 'path'>): string {
  const operation = member(member(member(document, 'paths'), path), method)
  const takes = namesIn(member(operation, 'requestBody'))
  const answers = Object.entries(Object(member(operation, 'responses')) as object)
  const gives = answers.filter(([status]) => status.startsWith('2')).flatMap(([, answer]) => namesIn(answer))
  if (takes.length + gives.length === 0) return '—'
  const shown = (names: readonly string[]) =>
    names.map((one) => `<code>${escaped(one)}</code>`).join(', ') || '—'
  return `${shown(takes)} → ${shown(gives)}`
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined
}

/** The schemas that a body or an answer is, or lists; not those within them. */
function namesIn(content: unknown): readonly string[] {
  const types = Object.values(Object(member(content, 'content')) as object)
  const schemas = types.map((type) => member(type, 'schema'))
  const references = schemas.flatMap((schema) => {
    const within = Object.values(Object(member(schema, 'properties')) as object)
    return [schema, ...within].flatMap((one) => [member(one, '$ref'), member(member(one, 'items'), '$ref')])
  })
  const names = references.flatMap((one) => (typeof one === 'string' ? [one.replace(/^.*\//, '')] : []))
  return [...new Set(names)]
}
