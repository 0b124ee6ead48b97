import type { Request } from 'express'
import type { Person, Tokens } from '../identity/person.ts'
import { shownToken } from './shown-token.ts'

/**
 * Who calls: the bearer of the Authorization header, and nothing else (no cookie, no query string, where a token would
 * reach logs and histories). UNAUTHENTICATED otherwise.
 */
export async function callerOf(tokens: Tokens, request: Request): Promise<Person> {
  const { bearer, shown } = shownToken(request)
  return tokens.verify(bearer, shown)
}
