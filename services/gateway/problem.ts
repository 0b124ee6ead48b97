/** Refusal → RFC 9457. What is not a Refusal answers 500 and says nothing; what a body parser throws is translated here. */
import { z } from 'zod'
import type { Receipt } from '../kernel/id.ts'
import { type Missing, Refusal, refusals } from '../kernel/refusal.ts'
import { explain, type Language, say } from '../kernel/text.ts'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly rule?: string
  readonly location?: { readonly offset: number; readonly length: number }
  readonly hint: string
  readonly missing?: readonly Missing[]
  readonly receipt?: { readonly log: string; readonly seq: number; readonly leaf: string }
}

export const problemType = 'application/problem+json'

/** The members of a receipt that leave the house. */
export function receiptMembers({ log, seq, leaf }: Receipt): NonNullable<Problem['receipt']> {
  return { log, seq, leaf }
}

/**
 * The document of a refusal. Two refusals of one code with the same facts give the same document but for `receipt`.
 * UNAUTHENTICATED keeps its rule inside: outside nobody learns why a token was not taken.
 */
export function problemOf(refusal: Refusal, language: Language, receipt?: Receipt): Problem {
  const { code, facts } = refusal
  return {
    type: `/help/refus/${code}`,
    ...explain(language, refusal),
    status: refusals[code].status,
    code,
    ...(facts.rule !== undefined && code !== 'UNAUTHENTICATED' ? { rule: facts.rule } : {}),
    ...(facts.location ? { location: facts.location } : {}),
    ...(facts.missing ? { missing: facts.missing.map((one) => toldIn(language, one)) } : {}),
    ...(receipt ? { receipt: receiptMembers(receipt) } : {}),
  }
}

function toldIn(language: Language, { path, message, sentence }: Missing): Missing {
  return { path, message: sentence ? say(language, sentence) : message }
}

/** The document of a bug: that something failed, and nothing else. */
export function failureProblem(language: Language): Problem {
  const about = (part: string) => say(language, { key: `gateway.failed.${part}` })
  return {
    type: '/help/refus/FAILED',
    title: about('title'),
    status: 500,
    detail: about('detail'),
    code: 'FAILED',
    hint: about('hint'),
  }
}

const errorMaps = { fr: z.locales.fr().localeError, en: z.locales.en().localeError }

/** A value of this shape, or INVALID with the path and the message of every field that is not. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, language: Language): T {
  const parsed = schema.safeParse(value, { error: errorMaps[language] })
  if (parsed.success) return parsed.data
  throw new Refusal('INVALID', { missing: parsed.error.issues.map(missingOf) })
}

function missingOf(issue: z.core.$ZodIssue): Missing {
  const path = issue.path.reduce<string>(
    (before, step) =>
      typeof step === 'number' ? `${before}[${step}]` : `${before}${before && '.'}${String(step)}`,
    '',
  )
  return { path, message: issue.message }
}

const parserErrors: Readonly<Record<string, 'TOO_LARGE' | 'UNSUPPORTED_TYPE'>> = {
  'entity.too.large': 'TOO_LARGE',
  'parameters.too.many': 'TOO_LARGE',
  'encoding.unsupported': 'UNSUPPORTED_TYPE',
  'charset.unsupported': 'UNSUPPORTED_TYPE',
}

/** The refusal that an error of the HTTP library stands for; anything unknown comes back as it is. */
export function translated(error: unknown, language: Language): unknown {
  if (error instanceof Refusal) return error
  if (error instanceof URIError) return new Refusal('NOT_FOUND', {}, { cause: error })
  const type = error instanceof Error && 'type' in error ? String(error.type) : ''
  const code = parserErrors[type]
  if (code) return new Refusal(code, {}, { cause: error })
  if (
    isBadArchive(error) ||
    type.startsWith('entity.') ||
    type.startsWith('request.') ||
    type === 'stream.encoding.set'
  ) {
    const message = say(language, { key: 'gateway.body.unreadable' })
    return new Refusal('INVALID', { missing: [{ path: '', message }] }, { cause: error })
  }
  return error
}

/** A body that says it is compressed, and is not what it says. */
function isBadArchive(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_|^ERR__ERROR_/.test(String(error.code))
}

const telling = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'AssertionError'])

/**
 * What the operations log may know of a bug: class, code and frames, and the message where it is written by us or by the
 * language. Messages of databases, of parsers and of the system repeat values, so they stay out.
 */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const code = 'code' in error && /^[A-Z][A-Z0-9_]*$/.test(String(error.code)) ? ` ${String(error.code)}` : ''
  const isOurs = telling.has(error.name) && !('severity' in error) && !('code' in error)
  const head = isOurs ? `${error.name}: ${error.message}` : `${error.name}${code}`
  const cause = error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`
  return [head, ...frames].join('\n') + cause
}
