/** The public register: pages, JSON, CSV, feed and signed snapshot. Open to everybody; what leaves is named here once more. */
import { z } from 'zod'
import { keySet, publisherOf } from '../../habilitation/keys.ts'
import { states } from '../../habilitation/matrix.ts'
import { publicFactNames } from '../../habilitation/public-facts.ts'
import { resultKinds } from '../../habilitation/results.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { bands } from '../../review/bands.ts'
import { registerFeed } from '../../review/register/feed.ts'
import { type RegisterFilter, searchRegister } from '../../review/register/search.ts'
import { registerCsv } from '../../review/register/table.ts'
import { cacheable } from '../cacheable.ts'
import type { House } from '../house.ts'
import { registerPage } from '../register-page.ts'
import { requestPage } from '../request-page.ts'
import { openRoute, type Route } from '../route.ts'

const html = 'text/html; charset=utf-8'
const instant = z.string().meta({ description: 'ISO 8601, UTC' })
const name = z.object({ id: z.string(), name: z.string() })
const text = z.string().optional()

const entry = z
  .object({
    id: z.string(),
    title: z.string(),
    acronym: text,
    summaryLay: z.string(),
    applicant: name,
    state: z.enum(states),
    kind: text,
    route: z.string(),
    references: z.array(z.object({ kind: z.string(), reference: z.string() })),
    purposes: z.array(z.string()),
    publicInterest: text,
    datasets: z.array(z.string()),
    holders: z.array(name),
    controllers: z.array(z.string()),
    implementer: text,
    accessPeriod: z.object({ from: z.string(), until: z.string() }).nullable(),
    receivedAt: instant,
    decision: z
      .object({
        outcome: z.enum(['granted', 'partial', 'refused']),
        at: instant,
        conditions: z.array(z.string()),
      })
      .nullable(),
    reasons: text.meta({ description: 'Of a refusal' }),
    aim: text,
    expectedBenefits: text,
    objectives: z.array(z.object({ id: z.string(), label: z.string() })).optional(),
    legalBasis: z.array(z.string()).optional(),
    financing: text,
    mandate: z.object({ text: z.string(), reference: z.string(), onBehalfOf: text }).optional(),
    publicationPlan: text,
    permit: text,
    versions: z.array(
      z.object({
        version: z.number().int(),
        sha256: z.string(),
        changes: z.array(
          z.object({ path: z.string(), added: z.array(z.string()), removed: z.array(z.string()) }),
        ),
        otherChanges: z.number().int().meta({ description: 'Changed clauses that are not public' }),
      }),
    ),
    facts: z.array(z.object({ fact: z.enum(publicFactNames), at: instant })),
    activity: z.array(z.object({ month: z.string(), queries: z.enum(bands), refusals: z.enum(bands) })),
    releases: z.number().int().meta({ description: 'Sets of files that two checkers let out' }),
    publications: z.array(
      z.object({
        kind: z.enum(resultKinds),
        at: instant,
        title: z.string(),
        summary: z.string(),
        link: z.string(),
      }),
    ),
    endedAt: instant.nullable(),
    results: z.object({ dueAt: instant, overdue: z.boolean() }).nullable(),
    certificate: z.string().nullable(),
  })
  .meta({ id: 'RegisterEntry' })

const language = { lang: z.enum(['fr', 'en']).optional() }
const word = z
  .string()
  .max(200)
  .transform((given) => (given === '' ? undefined : given))
  .optional()
const filter = {
  organisation: word.meta({ description: 'Identifier of an applicant or of a data holder' }),
  theme: word.meta({ description: 'Code of a purpose' }),
  state: word,
  year: word.meta({ description: 'Of reception, in Paris' }),
  dataset: word,
  q: word.meta({ description: 'Words of title, summary and applicant' }),
}
const search = z.strictObject({ ...language, ...filter })
const paged = z.strictObject({
  ...language,
  ...filter,
  page: z.coerce.number().int().min(1).max(100_000).default(1),
})

const vocabulariesOf = (house: House) => house.habilitation.rulebook.vocabularies

async function found(house: House, given: RegisterFilter) {
  const all = await house.register.read()
  return { all, found: searchRegister(all, given) }
}

const lists: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/transparence',
    summary: 'The public register as a page',
    query: paged,
    responses: { 200: { description: 'A page', types: ['text/html'] } },
    handler: async (house, { query: { lang, page, ...given }, language: spoken }) => {
      const vocabularies = vocabulariesOf(house)
      const shown = { ...(await found(house, given)), filter: given, page, vocabularies }
      return cacheable(html, registerPage({ ...shown, language: lang ?? spoken }))
    },
  }),
  openRoute({
    method: 'get',
    path: '/transparence.json',
    summary: 'The public register of requests and permits',
    query: search,
    responses: {
      200: { description: 'Public fields only', schema: z.object({ requests: z.array(entry) }) },
    },
    handler: async (house, { query: { lang: _, ...given } }) => {
      const requests = z.array(entry).parse((await found(house, given)).found)
      return cacheable('application/json; charset=utf-8', JSON.stringify({ requests }))
    },
  }),
  openRoute({
    method: 'get',
    path: '/transparence.csv',
    summary: 'The public register for a spreadsheet',
    query: search,
    responses: { 200: { description: 'A file', types: ['text/csv'] } },
    handler: async (house, { query: { lang, ...given }, language: spoken }) =>
      cacheable('text/csv; charset=utf-8', registerCsv((await found(house, given)).found, lang ?? spoken), {
        'Content-Disposition': 'attachment; filename="transparence.csv"',
      }),
  }),
  openRoute({
    method: 'get',
    path: '/transparence.atom',
    summary: 'What happened in the public register, the newest first, as a feed',
    query: search,
    responses: { 200: { description: 'A feed (RFC 4287)', types: ['application/atom+xml'] } },
    handler: async (house, { query: { lang, ...given }, language: spoken }) => {
      const { address } = house
      const feed = registerFeed((await found(house, given)).found, { address, language: lang ?? spoken })
      return cacheable('application/atom+xml; charset=utf-8', feed)
    },
  }),
]

const single: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/transparence.jws',
    summary: 'The whole register under the signature of this node; its hash is in the log, which says when',
    responses: { 200: { description: 'A JWS (compact)', types: ['application/jose'] } },
    handler: async (house) => {
      const { jws, receipt } = await house.register.snapshot()
      const { log, seq, leaf } = receipt
      return cacheable('application/jose', jws, { 'Huisclos-Receipt': `${log} ${seq} ${leaf}` })
    },
  }),
  openRoute({
    method: 'get',
    path: '/transparence/{id}',
    summary: 'One request of the public register as a page',
    params: z.strictObject({ id: z.string().max(60) }),
    query: z.strictObject(language),
    responses: { 200: { description: 'A page', types: ['text/html'] } },
    handler: async (house, { params: { id }, query: { lang }, language: spoken }) => {
      const one = (await house.register.read()).find((request) => request.id === id)
      if (one === undefined) throw new Refusal('NOT_FOUND')
      const around = { vocabularies: vocabulariesOf(house), language: lang ?? spoken }
      return cacheable(html, requestPage(one, around))
    },
  }),
  openRoute({
    method: 'get',
    path: '/.well-known/huisclos-publication-jwks.json',
    summary: 'The keys that sign the register and the reports',
    responses: {
      200: { description: 'A JSON Web Key Set', schema: z.object({ keys: z.array(z.unknown()) }) },
    },
    handler: async (house) => ({ json: keySet(publisherOf(house.habilitation.keys)) }),
  }),
]

export const registerRoutes: readonly Route[] = [...lists, ...single]
