import type { Request } from 'express'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { jsonTypes } from './body.ts'
import type { House } from './house.ts'
import { sessionCookieOf } from './session-cookie.ts'
import { shownToken } from './shown-token.ts'

/**
 * Who calls: the bearer of the Authorization header, or the session of the cookie, never both (and no query string, where a token
 * would reach logs and histories). `streams` are the media types of bodies that the call reads itself. UNAUTHENTICATED otherwise;
 * UNSUPPORTED_TYPE for a change by cookie whose body is of a type that any page may send.
 */
export async function callerOf(
  { tokens, sessions }: Pick<House, 'tokens' | 'sessions'>,
  request: Request,
  streams: readonly string[] = [],
): Promise<Person> {
  const authorization = request.get('authorization')
  const cookie = sessionCookieOf(request)
  if (cookie === undefined) {
    const { bearer, shown } = shownToken(request)
    return tokens.verify(bearer, shown)
  }
  if (authorization !== undefined) return refuse('session.and-token')
  insistOnOwnPage(request)
  insistOnType(request, streams)
  return sessions.verify(cookie)
}

/**
 * That a page of ours, or the person herself by typing an address, makes the browser send this (security.md 5.3). The browser says
 * so where no page can write; one that does not say is too old for a session. UNAUTHENTICATED otherwise.
 */
export function insistOnOwnPage(request: Request): void {
  const site = request.get('sec-fetch-site')
  const isTyped = site === 'none' && request.get('sec-fetch-mode') === 'navigate' && isSafe(request)
  if (site !== 'same-origin' && !isTyped) refuse('session.other-site')
}

/** A form of another site sends none of these types, with a body or without. */
function insistOnType(request: Request, streams: readonly string[]): void {
  const [type = ''] = (request.get('content-type') ?? '').split(';')
  if (isSafe(request) || [...jsonTypes, ...streams].includes(type.trim().toLowerCase())) return
  throw new Refusal('UNSUPPORTED_TYPE', { rule: 'session.content-type' })
}

function isSafe({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

function refuse(rule: string): never {
  throw new Refusal('UNAUTHENTICATED', { rule })
}

/** Whose session this browser has; a session that has ended is none. */
export async function personOfBrowser(
  { sessions }: Pick<House, 'sessions'>,
  request: Request,
): Promise<Person | undefined> {
  const cookie = sessionCookieOf(request)
  if (cookie === undefined) return undefined
  return sessions.verify(cookie).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') return undefined
    throw error
  })
}
