import type { Request } from 'express'
import type { Shown } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'

/** The token of the Authorization header and how it was shown (RFC 6750, RFC 9449). UNAUTHENTICATED where there is none. */
export function shownToken(request: Request): { readonly bearer: string; readonly shown: Shown } {
  const match = /^(Bearer|DPoP) ([A-Za-z0-9\-._~+/]+=*)$/i.exec(request.get('authorization') ?? '')
  const [, scheme = '', bearer] = match ?? []
  if (bearer === undefined) throw new Refusal('UNAUTHENTICATED', { rule: 'token.absent' })
  const proof = request.get('dpop')
  return {
    bearer,
    shown: {
      scheme: scheme.toLowerCase() === 'dpop' ? 'dpop' : 'bearer',
      ...(proof !== undefined && { proof }),
      method: request.method,
      path: request.originalUrl.split('?', 1)[0] ?? '',
    },
  }
}
