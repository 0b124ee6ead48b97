/** The only way to the house: its HTTP API, by generated types. The session is a cookie that no script sees. */
import createClient from 'openapi-fetch'
import type { paths } from './api.ts'
import { Problem, type ProblemBody, Silence } from './problem.ts'
import { language } from './text.ts'

/** `api.GET('/api/v1/me')` and so on; give what it returns to `told`. A page of the browser is asked for JSON in its language. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => fetch(request).catch((error: unknown) => Promise.reject(silenceOf(error))),
})

api.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', language())
    // What changes something says so by a type that no form of another site can send, with a body or without.
    if (request.method !== 'GET' && !request.headers.has('Content-Type'))
      request.headers.set('Content-Type', 'application/json')
    return request
  },
})

function silenceOf(error: unknown): unknown {
  return error instanceof DOMException && error.name === 'AbortError' ? error : new Silence(error)
}

/** The body of an answer; throws the Problem of a refusal, which pages show with its sentence, reason and way out. */
export async function told<T>(
  call: Promise<{ readonly data?: T; readonly error?: unknown; readonly response: Response }>,
): Promise<T> {
  const { data, error, response } = await call
  if (response.ok) return data as T
  throw isProblem(error) ? new Problem(error) : new Silence(response.status)
}

function isProblem(error: unknown): error is ProblemBody {
  return typeof error === 'object' && error !== null && 'code' in error && 'title' in error
}
