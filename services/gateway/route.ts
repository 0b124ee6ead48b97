/** One declaration of a call: path, who, what goes in, what comes out. Routing, recording and OpenAPI are made from it. */
import { performance } from 'node:perf_hooks'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import { type Authorisation, hidingCode, insistDeclared, refusalOf } from './authorisation.ts'
import { parseBody } from './body.ts'
import { callerOf } from './caller.ts'
import type { House } from './house.ts'
import { insistKeepable, isKeepable } from './keepable.ts'
import { isRepeated, type Rate } from './limits.ts'
import { shaped, translated } from './problem.ts'
import { insistOnProof } from './proof-floors.ts'
import { answerError, recordRead, refuse, type Subject } from './recorded.ts'
import { languageOf, type Reply, type Responses, sendReply } from './reply.ts'

interface Input<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly request: Request
  readonly response: Response
  /** Aborted when the connection closes before the answer is complete. */
  readonly signal: AbortSignal
  readonly language: Language
}

interface Declared<P, Q, B> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options'
  /** OpenAPI form, `/api/v1/projects/{id}`. */
  readonly path: string
  /** Express form, where a name takes several segments. */
  readonly at?: string
  readonly summary: string
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly body?: z.ZodType<B>
  /** Media types of a body that the handler reads itself, as a stream. */
  readonly stream?: readonly string[]
  /** What one call counts as; a person's `calls`, or the `readers` of an address, when left out. */
  readonly rate?: Rate
  /** Refusals need no mention: every call may end in a problem document. */
  readonly responses: Responses
}

interface Guarded<P, Q, B> extends Declared<P, Q, B> {
  readonly authorisation: Authorisation
  /** `read`: route() records `access.read` before it answers. `own`: the use-case writes its own entries. */
  readonly records: 'read' | 'own'
  /** A personal access token opens it too, where `{id}` is its own project; to tools any other call does not exist. */
  readonly tools?: true
  readonly about?: (params: P) => Subject
  readonly handler: (house: House, input: Input<P, Q, B> & { readonly by: Person }) => Promise<Reply>
}

interface Open<P, Q, B> extends Declared<P, Q, B> {
  readonly handler: (house: House, input: Input<P, Q, B>) => Promise<Reply>
}

/** A declaration whose types have done their work. */
export interface Route extends Declared<unknown, unknown, unknown> {
  readonly auth: boolean
  /** Absent where everybody may call. */
  readonly authorisation?: Authorisation
  /** `GET /api/v1/me`: how entries and metrics name the call. */
  readonly name: string
  serve(house: House, request: Request, response: Response): Promise<void>
}

/** A call that needs a person: who first, then the role, then the body, then the act; an entry before every answer. */
export function route<P, Q, B>(declared: Guarded<P, Q, B>): Route {
  const { authorisation } = declared
  const name = `${declared.method.toUpperCase()} ${declared.path}`
  insistDeclared(name, authorisation)
  return {
    ...untyped(declared),
    auth: true,
    authorisation,
    name,
    async serve(house, request, response) {
      const begun = performance.now()
      const language = languageOf(request)
      let by: Person | undefined
      let about: Subject = {}
      try {
        by = await house.limits.caller(response, () => callerOf(house, request, declared.stream))
        insistWithin(by, declared, request)
        const spoken = subjectOf(declared, request)
        await house.limits.spend(declared.rate ?? 'calls', { by, project: spoken.project }, response)
        const powers = () => house.habilitation.rulebook.vocabularies.roles
        const forbidden = refusalOf(authorisation.who, by, powers)
        if (forbidden) {
          about = spoken
          throw forbidden
        }
        insistOnProof(house, name, { by, request })
        const input = await inputOf(declared, { response, language, house })
        about = declared.about?.(input.params) ?? {}
        const reply = await handled(house, declared, { ...input, by })
        if (declared.records === 'read') await recordRead(house, name, { by, about })
        sendReply(response, declared.responses, reply)
      } catch (error) {
        const told = translated(error, language)
        if (isRepeated(told)) return answerError(house, { name, language, response }, told)
        const hiding = hidingCode(authorisation)
        await refuse(house, { name, by, about, language, response, begun, hiding }, told)
      }
    },
  }
}

/** A call open to everybody. It shows nothing about a person, so it leaves no entry. */
export function openRoute<P, Q, B>(declared: Open<P, Q, B>): Route {
  const name = `${declared.method.toUpperCase()} ${declared.path}`
  return {
    ...untyped(declared),
    auth: false,
    name,
    async serve(house, request, response) {
      const language = languageOf(request)
      try {
        await house.limits.spendAddress(declared.rate ?? 'readers', response)
        const input = await inputOf(declared, { response, language, house })
        sendReply(response, declared.responses, await declared.handler(house, input))
      } catch (error) {
        answerError(house, { name, language, response }, translated(error, language))
      }
    },
  }
}

/** What lies outside the scope of a tool is not there for it, whether it is there for the person or not. */
function insistWithin({ scope }: Person, { tools }: { readonly tools?: true }, request: Request): void {
  if (scope === undefined || (tools && request.params.id === scope.project)) return
  throw new Refusal('NOT_FOUND', { rule: 'access-token.scope' })
}

function untyped<P, Q, B>(declared: Declared<P, Q, B>): Declared<unknown, unknown, unknown> {
  const { method, path, at, summary, params, query, body, stream, rate, responses } = declared
  return {
    ...{ method, path, summary, responses },
    ...(at === undefined ? {} : { at }),
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    ...(stream ? { stream } : {}),
    ...(rate ? { rate } : {}),
  }
}

const anything = z.unknown()

/** What a call that goes no further was about, and whose counter it is; nothing where no object can have this path. */
function subjectOf<P, Q, B>({ params, about }: Guarded<P, Q, B>, request: Request): Subject {
  const parsed = (params ?? anything).safeParse({ ...request.params })
  return parsed.success ? (about?.(parsed.data as P) ?? {}) : {}
}

/** One person sends a few files at a time. */
async function handled<P, Q, B>(
  house: House,
  { stream, handler }: Guarded<P, Q, B>,
  input: Input<P, Q, B> & { readonly by: Person },
): Promise<Reply> {
  if (!stream) return handler(house, input)
  const end = house.limits.stream(input.by)
  try {
    return await handler(house, input)
  } finally {
    end()
  }
}

interface Reading {
  readonly response: Response
  readonly language: Language
  readonly house: Pick<House, 'limits'>
}

async function inputOf<P, Q, B>(
  declared: Declared<P, Q, B>,
  { response, language, house }: Reading,
): Promise<Input<P, Q, B>> {
  const request = response.req
  const params = (declared.params ?? anything).safeParse({ ...request.params })
  // A path that no object can have is an object that does not exist: 404, as for any other unknown name.
  const isNamed = Object.values(request.params).flat().every(isKeepable)
  if (!params.success || !isNamed) throw new Refusal('NOT_FOUND', { rule: 'path.form' })
  insistKeepable(request.query, language)
  const query = shaped(declared.query ?? anything, { ...request.query }, language)
  if (declared.body) await parseBody(request, response, house.limits.settings)
  insistKeepable(request.body, language)
  const body = declared.body ? shaped(declared.body, request.body, language) : undefined
  return {
    params: params.data as P,
    query: query as Q,
    body: body as B,
    request,
    response,
    signal: closingSignal(response),
    language,
  }
}

function closingSignal(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
