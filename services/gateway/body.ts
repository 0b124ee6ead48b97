import express, { type Request, type RequestHandler, type Response } from 'express'
import { Refusal } from '../kernel/refusal.ts'
import { hasAmbiguousNames } from '../kernel/strict-json.ts'
import { hasBody } from './arrival.ts'
import type { LimitSettings } from './limit-settings.ts'

/** Types of a body that is read as JSON. */
export const jsonTypes = ['application/json', 'application/merge-patch+json']

type BodyLimits = Pick<LimitSettings, 'bodyKiB' | 'bodyDepth'>

const parsers = new WeakMap<BodyLimits, RequestHandler>()

/** One parser for all requests of a node. */
function parserOf(limits: BodyLimits): RequestHandler {
  const known = parsers.get(limits)
  if (known) return known
  const verify = (_request: unknown, _response: unknown, bytes: Buffer) => {
    refuseDepth(bytes, limits.bodyDepth)
    refuseAmbiguity(bytes.toString())
  }
  const options = { limit: limits.bodyKiB * 1024, strict: false, type: jsonTypes, verify }
  const parser = express.json(options)
  parsers.set(limits, parser)
  return parser
}

/**
 * Reads a JSON body of the size and depth that the node takes into `request.body`; undefined when there is none. Its time is
 * that of every ordinary request. Refusals: UNSUPPORTED_TYPE, INVALID for a name that stands twice; errors of the parser travel on and are translated in problem.ts.
 */
export async function parseBody(request: Request, response: Response, limits: BodyLimits): Promise<void> {
  if (!hasBody(request)) {
    request.body = undefined
    return
  }
  if (!request.is(jsonTypes) || isOtherText(request)) throw new Refusal('UNSUPPORTED_TYPE')
  const parser = parserOf(limits)
  await new Promise<void>((resolve, reject) => {
    parser(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
  })
}

/** JSON between systems is UTF-8 (RFC 8259, 8.1), and only that is looked at as bytes here. */
function isOtherText(request: Request): boolean {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.get('content-type') ?? '')?.[1]
  return charset !== undefined && charset.toLowerCase() !== 'utf-8'
}

/** Nesting is counted on the bytes, before anything recursive meets them; brackets inside strings do not count. */
function refuseDepth(bytes: Buffer, most: number): void {
  const outside = bytes.toString('latin1').replaceAll(/"(?:[^"\\]|\\.)*"?/gs, '')
  let depth = 0
  for (const [bracket] of outside.matchAll(/[[{}\]]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > most) throw new Refusal('TOO_LARGE', { rule: 'body.depth' })
  }
}

/** A name that stands twice is one thing to the reader who takes the first and another to the one who takes the last. */
function refuseAmbiguity(text: string): void {
  try {
    if (!hasAmbiguousNames(text)) return
  } catch (error) {
    // Not JSON: the parser, which comes next, says so.
    if (error instanceof SyntaxError) return
    throw error
  }
  throw new Refusal('INVALID', { rule: 'body.names' })
}
