import type { Request } from 'express'
import type { Person, Tokens } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'

/**
 * Who calls: the bearer of the Authorization header, and nothing else (no cookie, no query string, where a token would
 * reach logs and histories). UNAUTHENTICATED otherwise.
 */
export async function callerOf(tokens: Tokens, request: Request): Promise<Person> {
  const match = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(request.get('authorization') ?? '')
  if (!match?.[1]) throw new Refusal('UNAUTHENTICATED', { rule: 'token.absent' })
  return tokens.verify(match[1])
}
