/** The way in of a browser: to an issuer, and back (security.md 5.1, 5.3). */
import type { Request } from 'express'
import { z } from 'zod'
import type { Aim } from '../../identity/logins.ts'
import { Refusal, refusals } from '../../kernel/refusal.ts'
import type { Language } from '../../kernel/text.ts'
import { personOfBrowser } from '../caller.ts'
import type { House } from '../house.ts'
import { giveLoginCookie, loginCookieOf, takeLoginCookie } from '../login-cookie.ts'
import { choicePage, donePage, refusedPage } from '../login-pages.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route } from '../route.ts'
import { giveSessionCookie } from '../session-cookie.ts'

const html = 'text/html; charset=utf-8'
const page = { description: 'A page', types: ['text/html'] }
const unstored = { 'Cache-Control': 'no-store' }
const params = z.strictObject({ issuer: z.string().regex(/^[a-z0-9-]{1,40}$/) })

/** A path of this node, never another site. */
const target = z
  .string()
  .max(300)
  .regex(/^\/(?![/\\])[\w\-./?=&%]*$/)

const query = z.strictObject({
  /** `renforce`: proves anew who one is, for an act that asks for it. `lien`: ties the identity to the account of this browser. */
  acces: z.enum(['renforce', 'lien']).optional(),
  vers: target.default('/'),
})
const aims = { renforce: 'step-up', lien: 'link' } as const satisfies Record<string, Aim>

/** A person reads this in a browser: a page, where a program gets a problem document. */
function refusedReply(error: unknown, language: Language): Reply {
  if (!(error instanceof Refusal) || error.code === 'NOT_FOUND') throw error
  // A database or a log that is out of reach is no fault of the issuer.
  if (error.code === 'UNAVAILABLE' && !error.facts.rule?.startsWith('login.')) throw error
  const { status } = refusals[error.code]
  return { status, type: html, content: refusedPage(language, error.code), headers: unstored }
}

/**
 * The same call at the name by which this node is known, where a browser of this machine came by the other name of loopback: the
 * issuer leads back to the first, and a cookie is of one name.
 */
function atOwnName({ address }: House, { host, originalUrl }: Request): string | undefined {
  const own = new URL(address)
  const isOther = own.hostname === '127.0.0.1' && host === `localhost:${own.port}`
  return isOther ? `${own.origin}${originalUrl}` : undefined
}

const refusedPages = { 401: page, 403: page, 409: page, 503: page }

export const loginRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/connexion',
    summary: 'Who to sign in with',
    query: z.strictObject({ lang: z.enum(['fr', 'en']).optional(), vers: target.catch('/').default('/') }),
    rate: 'readers',
    responses: { 200: page },
    handler: async (house, { language, query: { lang, vers } }) => ({
      type: html,
      content: choicePage(lang ?? language, house.logins.issuers, vers),
    }),
  }),
  openRoute({
    method: 'get',
    path: '/connexion/{issuer}',
    summary: 'Begins a sign-in (code flow with PKCE) and leads to the issuer',
    params,
    query,
    rate: 'strangers',
    responses: { 303: { description: 'On to the issuer', types: ['text/plain'] }, ...refusedPages },
    handler: async (house, { params: { issuer }, query: { acces, vers }, request, response, language }) => {
      const own = atOwnName(house, request)
      if (own !== undefined)
        return { status: 303, type: 'text/plain', content: '', headers: { ...unstored, Location: own } }
      try {
        const by = await personOfBrowser(house, request)
        const aim = acces === undefined ? 'sign-in' : aims[acces]
        const { url, cookie } = await house.logins.begin({ issuer, aim, target: vers, by })
        giveLoginCookie(response, cookie)
        const headers = { ...unstored, Location: url }
        return { status: 303, type: 'text/plain', content: '', headers }
      } catch (error) {
        return refusedReply(error, language)
      }
    },
  }),
  openRoute({
    method: 'get',
    path: '/connexion/{issuer}/retour',
    summary: 'Takes the answer of the issuer and opens the session',
    params,
    rate: 'strangers',
    responses: { 200: page, ...refusedPages },
    handler: async (house, { params: { issuer }, request, response, language }) => {
      takeLoginCookie(response)
      try {
        const cookie = loginCookieOf(request)
        const { search } = new URL(request.originalUrl, house.address)
        const answer = { issuer, search, cookie, client: request.get('user-agent') }
        const { session, target } = await house.logins.finish(answer)
        if (session !== undefined) giveSessionCookie(response, session.cookie)
        // No redirect: a Strict cookie does not go along on a way that began at another site. From our own page it does.
        const headers = { ...unstored, Refresh: `0; url=${target}` }
        const what = session === undefined ? 'linked' : 'done'
        return { type: html, content: donePage(language, what, target), headers }
      } catch (error) {
        return refusedReply(error, language)
      }
    },
  }),
]
