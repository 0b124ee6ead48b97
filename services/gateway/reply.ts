/** How an answer is written: what a handler returns, or a problem. */
import type { Request, Response } from 'express'
import type { z } from 'zod'
import { dpopAlgorithms } from '../identity/dpop.ts'
import type { Language } from '../kernel/text.ts'
import { tellLater } from './limits.ts'
import { problemType } from './problem.ts'

type Headers = Readonly<Record<string, string>>

/** What a handler answers with; `events` begins a stream, once the call is recorded; `sent` when `sendReleased` has already written. */
export type Reply =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Headers }
  | {
      readonly status?: number
      readonly type: string
      readonly content: string | Uint8Array
      readonly headers?: Headers
    }
  | { readonly events: (response: Response) => void }
  | 'sent'

export interface Returned {
  readonly description: string
  readonly schema?: z.ZodType
  /** Media types, where they are not JSON alone. */
  readonly types?: readonly string[]
}

/** Names the rules in force; absent until a start has read them. */
export const policyHeader = 'Huisclos-Policy'

/** By status; the lowest is the usual one. */
export type Responses = Readonly<Record<number, Returned>>

/** French unless the caller prefers English. */
export function languageOf(request: Request): Language {
  return request.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr'
}

/** Writes what a handler returned. JSON passes the schema of its status: a member that is not declared does not leave. */
export function sendReply(response: Response, responses: Responses, reply: Reply): void {
  if (reply === 'sent') return
  if ('events' in reply) {
    reply.events(response)
    return
  }
  const status = reply.status ?? Number(Object.keys(responses)[0])
  response.status(status).set(reply.headers ?? {})
  if ('json' in reply) {
    const schema = responses[status]?.schema
    response.json(schema ? schema.parse(reply.json) : reply.json)
    return
  }
  const { type, content } = reply
  response.type(type).send(typeof content === 'string' ? content : Buffer.from(content))
}

/** Plain tokens (RFC 6750), and those bound to a key (RFC 9449). */
const challenge = `Bearer realm="huisclos", DPoP realm="huisclos", algs="${dpopAlgorithms.join(' ')}"`

/**
 * Writes a problem document. What is still being sent to us is read off, so that the caller gets to read the answer; one
 * who sends too much is cut off.
 */
export function sendProblem(
  response: Response,
  problem: { readonly status: number; readonly code?: string; readonly rule?: string },
  language: Language,
): void {
  if (problem.status === 401) response.set('WWW-Authenticate', challenge)
  if (problem.code === 'RATE') tellLater(response, problem.rule ?? 'rate')
  if (problem.status === 503 && response.get('Retry-After') === undefined) response.set('Retry-After', '1')
  if (problem.status === 413) response.set('Connection', 'close')
  response.status(problem.status).set('Content-Language', language).vary('Accept-Language')
  const policy = response.get(policyHeader)
  response.type(problemType).send(JSON.stringify({ ...problem, ...(policy && { policy }) }))
  if (!response.req.complete) response.req.resume()
}
