/**
 * The cookie of a session (security.md 5.3). The prefix makes browsers refuse it from another host or without Secure. Chromium takes it
 * over http from localhost and from 127.0.0.1 as well (measured), so the demo has no other cookie; cookies know no ports, so that there
 * another server of the same machine sees it too.
 */
import type { CookieOptions, Request, Response } from 'express'
import { Refusal } from '../kernel/refusal.ts'

export const sessionCookie = '__Host-huisclos'

/** Without a time of its own: it ends with the browser, and the session when it ends. */
const options: CookieOptions = { secure: true, httpOnly: true, path: '/', sameSite: 'strict' }

/** The value that the browser sent; undefined when it sent none. UNAUTHENTICATED when it sent two. */
export function sessionCookieOf(request: Request): string | undefined {
  return cookieOf(request, sessionCookie)
}

/** The value of one cookie, by the same rules. */
export function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  const own = pairs.filter((pair) => pair.startsWith(`${name}=`))
  if (own.length > 1) throw new Refusal('UNAUTHENTICATED', { rule: 'session.two-cookies' })
  return own[0]?.slice(name.length + 1)
}

export function giveSessionCookie(response: Response, cookie: string): void {
  response.cookie(sessionCookie, cookie, options)
}

export function takeSessionCookie(response: Response): void {
  response.clearCookie(sessionCookie, options)
}
