/** The page of the log in one call, which is one reading; and the searches that a DPO keeps. */
import { z } from 'zod'
import { listHabilitations } from '../../habilitation/read.ts'
import type { Person } from '../../identity/person.ts'
import { viewFilter } from '../../review/saved-views.ts'
import { searchLog } from '../../review/search.ts'
import { telling } from '../entry-telling.ts'
import type { House } from '../house.ts'
import { type Route, route } from '../route.ts'
import { found, logFilter } from './audit.ts'
import { view as habilitation } from './habilitations.ts'
import { figures, figuresOf } from './review.ts'
import { shownVerification, verification } from './verification.ts'

const path = '/api/v1/audit/views'
const name = z.string().trim().min(1).max(80)
const views = z.array(z.object({ name: z.string(), filter: viewFilter })).meta({ id: 'SavedViews' })
const dpo = { who: ['dpo'], sees: 'none' } as const
const { from, to } = logFilter.shape

const viewRoutes: readonly Route[] = [
  route({
    method: 'get',
    path,
    summary: 'Searches of the log that the caller keeps; DPO only',
    authorisation: dpo,
    records: 'read',
    responses: { 200: { description: 'By name', schema: z.object({ views }) } },
    handler: (house, { by }) => answer(house, by),
  }),
  route({
    method: 'post',
    path,
    summary: 'Keeps a search under a name; the one of that name is replaced. DPO only',
    authorisation: dpo,
    records: 'read',
    body: z.strictObject({ name, filter: viewFilter }),
    responses: { 200: { description: 'All of them, by name', schema: z.object({ views }) } },
    handler: async (house, { by, body }) => {
      await house.savedViews.save(by, body)
      return answer(house, by)
    },
  }),
  route({
    method: 'delete',
    path,
    summary: 'Removes a search that the caller keeps; DPO only',
    authorisation: dpo,
    records: 'read',
    query: z.strictObject({ name }),
    responses: { 200: { description: 'Those that are left', schema: z.object({ views }) } },
    handler: async (house, { by, query }) => {
      await house.savedViews.remove(by, query.name)
      return answer(house, by)
    },
  }),
]

async function answer({ savedViews }: Pick<House, 'savedViews'>, by: Person) {
  return { json: { views: [...(await savedViews.list(by))] } }
}

export const logPageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/audit/page',
    summary:
      'What the page of the log shows: a search, figures of a period, the last verification, projects, saved searches. DPO only; one entry',
    authorisation: dpo,
    records: 'own',
    query: logFilter.extend({
      figuresFrom: from.meta({ description: 'First day of the figures; without it there are none' }),
      figuresTo: to.meta({ description: 'First day that they leave out' }),
    }),
    responses: {
      200: {
        description: 'All of it, under one entry of the log that says what was read',
        schema: z.object({
          found,
          statistics: figures.nullable(),
          verification,
          habilitations: z.array(habilitation),
          views,
        }),
      },
    },
    handler: async (house, { by, query: { figuresFrom, figuresTo, ...given }, language }) => {
      const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const period = { from: figuresFrom, to: figuresTo }
      const statistics = figuresFrom === undefined ? null : await figuresOf(house, period, language)
      const state = shownVerification(house, await house.verification.state())
      const habilitations = await listHabilitations(house.habilitation, by)
      const kept = await house.savedViews.list(by)
      const beside = ['verification', 'projects', ...(statistics ? (['figures'] as const) : [])] as const
      const { entries, ...page } = await searchLog(house, by, { ...filter, beside })
      const told = telling(await house.accounts.list(), language)
      const shown = { ...page, entries: entries.map((one) => ({ ...one, ...told(one) })) }
      return {
        json: { found: shown, statistics, verification: state, habilitations, views: [...kept] },
      }
    },
  }),
  ...viewRoutes,
]
