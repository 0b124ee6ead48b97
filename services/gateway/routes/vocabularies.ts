/** What the codes of requests and permits mean, for pages and tools that show them. */
import { z } from 'zod'
import { openRoute, type Route } from '../route.ts'

const term = z.object({
  code: z.string(),
  fr: z.string(),
  en: z.string(),
  source: z.string().meta({ description: 'The article that it stands on' }),
  since: z.string(),
  until: z.string().nullable(),
})
const terms = z.array(term)

interface Entry {
  readonly code: string
  readonly fr: string
  readonly en: string
  readonly source: { readonly text: string }
  readonly since: string
  readonly until: string | null
}

function termsOf(entries: readonly Entry[]): z.infer<typeof terms> {
  return entries.map(({ code, fr, en, source, since, until }) => ({
    ...{ code, fr, en, source: source.text, since, until },
  }))
}

export const vocabularyRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/api/v1/vocabularies',
    summary:
      'The codes of purposes, prohibitions, routes and kinds of organisation, in both languages, with their source',
    responses: {
      200: {
        description: 'The vocabularies of the rules in force',
        schema: z.object({
          purposes: terms,
          prohibitions: terms,
          routes: terms,
          organisations: terms,
        }),
      },
    },
    handler: async ({ habilitation }) => {
      const known = habilitation.rulebook.vocabularies
      return {
        json: {
          purposes: termsOf([...known['purposes-snds'], ...known['purposes-ehds']]),
          prohibitions: termsOf([...known['prohibitions-snds'], ...known['prohibitions-ehds']]),
          routes: termsOf(known.routes),
          organisations: termsOf(known.organisations),
        },
      }
    },
  }),
]
