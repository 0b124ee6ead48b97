/** Ways out: of the person in her browser, and of the issuer that vouched for her (security.md 5.6). */
import { z } from 'zod'
import { onRecordAtDoor, receiptOf } from '../../audit/record.ts'
import { issuerWord } from '../../identity/logout.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Language } from '../../kernel/text.ts'
import { insistOnOwnPage } from '../caller.ts'
import { formType, readForm } from '../form.ts'
import type { House } from '../house.ts'
import { problemOf, problemType, shaped } from '../problem.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route } from '../route.ts'
import { sessionCookieOf, takeSessionCookie } from '../session-cookie.ts'

const unstored = { 'Cache-Control': 'no-store' }
const done: Reply = { status: 200, type: 'text/plain', content: '', headers: unstored }
const issuerForm = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
const byIssuer = z.object({ issuer: issuerForm })
const logoutForm = z.object({ logout_token: z.string() })

/** As the log names the call: a name that nobody configured does not reach it. */
function routeOf({ logouts }: House, method: string, issuer: string): string {
  return `${method} /connexion/${logouts.issuers.includes(issuer) ? issuer : '{issuer}'}/deconnexion`
}

/** What an issuer is told of a call that was not good: 400, as OpenID Connect Back-Channel Logout 1.0, 2.8 has it. */
function asIssuerExpects(error: unknown, language: Language): Reply {
  if (!(error instanceof Refusal) || error.code !== 'UNAUTHENTICATED') throw error
  const problem = problemOf(error, language, receiptOf(error))
  const content = JSON.stringify({ ...problem, status: 400, error: 'invalid_request' })
  return { status: 400, type: problemType, content, headers: unstored }
}

/** The end of the browser's session; one that has ended already is no fault. */
async function leave(house: House, cookie: string): Promise<void> {
  try {
    const by = await house.sessions.verify(cookie)
    if (by.session !== undefined) await house.sessions.close({ id: by.session }, { cause: 'signed-out', by })
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'UNAUTHENTICATED') throw error
  }
}

export const logoutRoutes: readonly Route[] = [
  openRoute({
    method: 'post',
    path: '/connexion/sortie',
    summary:
      'Signs the person of this browser out, from a page of this node only; what runs in the session stops',
    rate: 'readers',
    responses: { 303: { description: 'On to the start page', types: ['text/plain'] } },
    handler: (house, { request, response }) =>
      onRecordAtDoor(house.audit, 'POST /connexion/sortie', async () => {
        insistOnOwnPage(request)
        const cookie = sessionCookieOf(request)
        if (cookie !== undefined) await leave(house, cookie)
        takeSessionCookie(response)
        return { status: 303, type: 'text/plain', content: '', headers: { ...unstored, Location: '/' } }
      }),
  }),
  openRoute({
    method: 'post',
    path: '/connexion/{issuer}/deconnexion',
    summary: 'Takes the logout token of an issuer (OpenID Connect Back-Channel Logout 1.0)',
    params: byIssuer,
    stream: [formType],
    rate: 'readers',
    responses: {
      200: { description: 'Its sessions are closed, what ran in them is stopped', types: ['text/plain'] },
      400: { description: 'Not a logout token of this issuer, or used before', types: [problemType] },
    },
    handler: (house, { params, request, language }) =>
      onRecordAtDoor(house.audit, routeOf(house, 'POST', params.issuer), async () => {
        const tokens = (await readForm(request)).getAll('logout_token')
        // One token is a text; none and several are lists, and refused as such.
        const given = { logout_token: tokens.length === 1 ? tokens[0] : tokens }
        const form = shaped(logoutForm, given, language)
        await house.logouts.receive(params.issuer, form.logout_token)
        return done
      }).catch((error: unknown) => asIssuerExpects(error, language)),
  }),
  openRoute({
    method: 'get',
    path: '/connexion/{issuer}/deconnexion',
    summary: 'Ends one session of an issuer from its frame (OpenID Connect Front-Channel Logout 1.0)',
    params: byIssuer,
    query: z.object({ iss: z.string().min(1).max(300), sid: issuerWord }),
    rate: 'readers',
    responses: {
      200: { description: 'Whatever was open of it is closed', types: ['text/plain'] },
      400: { description: 'Not the address of this issuer', types: [problemType] },
    },
    handler: (house, { params, query, language }) =>
      onRecordAtDoor(house.audit, routeOf(house, 'GET', params.issuer), async () => {
        await house.logouts.leave(params.issuer, query)
        return done
      }).catch((error: unknown) => asIssuerExpects(error, language)),
  }),
]
