/** Help, the tour, what each refusal means, and the accessibility statement: pages for everybody, without a script. */
import { z } from 'zod'
import { roles } from '../../identity/person.ts'
import { Refusal, refusals } from '../../kernel/refusal.ts'
import type { Language } from '../../kernel/text.ts'
import { cacheable } from '../cacheable.ts'
import { apiPage } from '../help/api-page.ts'
import { helpPage } from '../help/help-page.ts'
import { type HelpCode, refusalIndex, refusalPage } from '../help/refusal-pages.ts'
import { rateOf, tested } from '../help/statement-facts.ts'
import { statementPage } from '../help/statement-page.ts'
import { tourPage } from '../help/tour-page.ts'
import type { House } from '../house.ts'
import { openRoute, type Route } from '../route.ts'

const html = 'text/html; charset=utf-8'
const responses = { 200: { description: 'A page', types: ['text/html'] } }
const lang = z.enum(['fr', 'en']).optional()

/** A page that says the same to everybody, in the language of its address, else of who asks. */
function page(path: string, summary: string, write: (language: Language, house: House) => string): Route {
  return openRoute({
    ...{ method: 'get', path, summary, responses },
    query: z.strictObject({ lang }),
    handler: async (house, { query, language }) => cacheable(html, write(query.lang ?? language, house)),
  })
}

export const helpRoutes: readonly Route[] = [
  page('/help', 'Words, roles and keys', (language) => helpPage(language)),
  page('/help/visite', 'The guided tour of the demonstration', (language, { portal }) =>
    tourPage(language, portal.demoProject),
  ),
  page('/help/refus', 'Every refusal, with its reason and the way out', (language) => refusalIndex(language)),
  openRoute({
    method: 'get',
    path: '/help/refus/{code}',
    summary: 'What a refusal means and who can help',
    params: z.strictObject({ code: z.string().max(60) }),
    query: z.looseObject({ lang: lang.catch(undefined) }),
    responses,
    handler: async (_house, { params: { code }, query, language }) => {
      if (code !== 'FAILED' && !Object.hasOwn(refusals, code)) throw new Refusal('NOT_FOUND')
      return { type: html, content: refusalPage(query.lang ?? language, code as HelpCode) }
    },
  }),
  page('/accessibility', 'The accessibility statement', (language) => statementPage(language, tested)),
  openRoute({
    method: 'get',
    path: '/accessibility.json',
    summary: 'When the pages were last tried for accessibility, and how much was met',
    responses: {
      200: {
        description: 'Null where the trial was never run',
        schema: z.object({
          testedAt: z.string().nullable(),
          rate: z.number().int().nullable().meta({ description: 'Of the criteria decided, in percents' }),
        }),
      },
    },
    handler: async () => ({
      json: { testedAt: tested?.testedAt ?? null, rate: tested === null ? null : rateOf(tested) },
    }),
  }),
]

/** The viewer of the document that `routes` are written into; both are asked for when somebody looks. */
export function apiHelpRoute(routes: () => readonly Route[], document: (house: House) => object): Route {
  return openRoute({
    method: 'get',
    path: '/help/api',
    summary: 'Every call as a page: what it does, who may make it',
    query: z.strictObject({ lang, role: z.enum(roles).or(z.literal('')).optional() }),
    responses,
    handler: async (house, { query, language }) => {
      const { vocabularies } = house.habilitation.rulebook
      const role = query.role === '' ? undefined : query.role
      const around = { powers: () => vocabularies.roles, document: document(house), routes: routes() }
      return cacheable(html, apiPage({ ...around, language: query.lang ?? language, role }))
    },
  })
}
