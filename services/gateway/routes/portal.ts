/** The pages of people who are signed in. They are one shell, which asks the API for all it shows and holds no right of its own. */
import type { Request } from 'express'
import { z } from 'zod'
import { Refusal } from '../../kernel/refusal.ts'
import { personOfBrowser } from '../caller.ts'
import type { House } from '../house.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route } from '../route.ts'

const html = 'text/html; charset=utf-8'
const page = { description: 'A page', types: ['text/html'] }
/** A shell names pieces that the next version no longer has. */
const unstored = { 'Cache-Control': 'no-store' }

/** First parts of the addresses of pages, in the order of the portal's own list. */
export const portalPlaces = [
  'projects',
  'requests',
  'connections',
  'releases',
  'deposits',
  'holdings',
  'inbox',
  'incidents',
  'rights',
  'reports',
  'policies',
  'ops',
] as const

function shellOf({ portal }: House): Reply {
  if (portal.shellPage === null) throw new Refusal('UNAVAILABLE', { rule: 'portal.unbuilt' })
  return { type: html, content: portal.shellPage, headers: unstored }
}

/** Whoever is not signed in is led there, and back. */
async function shellOrSignIn(house: House, request: Request): Promise<Reply> {
  if (await personOfBrowser(house, request)) return shellOf(house)
  const headers = { ...unstored, Location: `/connexion?vers=${encodeURIComponent(request.originalUrl)}` }
  return { status: 303, type: 'text/plain', content: '', headers }
}

const responses = { 200: page, 303: { description: 'On to the sign-in', types: ['text/plain'] } }

const summary = 'Pages of the portal, for people who are signed in'
const below = z.strictObject({ page: z.array(z.string().max(200)).max(6) }).meta({
  override: { type: 'object', properties: { page: { type: 'string' } }, required: ['page'] },
})

function pageAt(path: string): Route {
  const handler = (house: House, { request }: { request: Request }) => shellOrSignIn(house, request)
  return openRoute({ method: 'get', path, summary, responses, handler })
}

function pagesBelow(place: string): Route {
  return openRoute({
    ...{ method: 'get', path: `/${place}/{page}`, at: `/${place}/*page`, summary, responses },
    params: below,
    handler: (house, { request }) => shellOrSignIn(house, request),
  })
}

export const portalRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/',
    summary: 'The start page; to people who are signed in, their own',
    responses: { 200: page },
    handler: async (house, { request }) =>
      (await personOfBrowser(house, request))
        ? shellOf(house)
        : { type: html, content: house.portal.startPage, headers: unstored },
  }),
  openRoute({
    method: 'get',
    path: '/espace',
    summary: 'On to the own page of a person; whoever is not signed in signs in first',
    responses: { 303: { description: 'On to it', types: ['text/plain'] } },
    handler: async (house, { request }) => {
      const Location = (await personOfBrowser(house, request)) ? '/' : '/connexion'
      return { status: 303, type: 'text/plain', content: '', headers: { ...unstored, Location } }
    },
  }),
  // The log itself lives below this address (C2SP tlog-tiles).
  pageAt('/audit'),
  ...portalPlaces.flatMap((place) => [pageAt(`/${place}`), pagesBelow(place)]),
]
