import type { Request } from 'express'
import { Refusal } from '../kernel/refusal.ts'

export const formType = 'application/x-www-form-urlencoded'

/** One token and a few short fields. */
const maxBytes = 16 * 1024
const timeoutMs = 10_000

/** The fields of a form of at most 16 KiB that arrives within ten seconds. Refusals: UNSUPPORTED_TYPE, TOO_LARGE, INVALID. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  if (!request.is(formType)) throw new Refusal('UNSUPPORTED_TYPE')
  const timer = setTimeout(() => request.destroy(), timeoutMs)
  try {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new Refusal('TOO_LARGE', { rule: 'form.size' })
      chunks.push(chunk)
    }
    return new URLSearchParams(Buffer.concat(chunks).toString())
  } catch (error) {
    if (!request.readableAborted || error instanceof Refusal) throw error
    throw new Refusal('INVALID', { rule: 'form.unfinished' }, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
