import express, { type Request, type Response } from 'express'
import { Refusal } from '../kernel/refusal.ts'

const maxDepth = 64
const bodyTimeoutMs = 60_000

/** Types of a body that is read as JSON. */
export const jsonTypes = ['application/json', 'application/merge-patch+json']
const parser = express.json({ limit: '1mb', strict: false, type: jsonTypes, verify: refuseDepth })

/**
 * Reads a JSON body of at most 1 MiB and 64 levels within a minute into `request.body`; undefined when there is none.
 * Refusals: UNSUPPORTED_TYPE; errors of the parser travel on and are translated in problem.ts.
 */
export async function parseBody(request: Request, response: Response): Promise<void> {
  const announced =
    Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined
  if (!announced) {
    request.body = undefined
    return
  }
  if (!request.is(jsonTypes)) throw new Refusal('UNSUPPORTED_TYPE')
  const timer = setTimeout(() => request.destroy(), bodyTimeoutMs)
  try {
    await new Promise<void>((resolve, reject) => {
      parser(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Nesting is counted on the bytes, before anything recursive meets them; brackets inside strings do not count. */
function refuseDepth(_request: unknown, _response: unknown, bytes: Buffer): void {
  const outside = bytes.toString('latin1').replaceAll(/"(?:[^"\\]|\\.)*"?/gs, '')
  let depth = 0
  for (const [bracket] of outside.matchAll(/[[{}\]]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > maxDepth) throw new Refusal('TOO_LARGE', { rule: 'body.depth' })
  }
}
