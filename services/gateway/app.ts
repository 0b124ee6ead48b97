/** The doors over HTTP. The order of the lines in createApp is the security story. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import helmet from 'helmet'
import { attachReceipt, receiptOf } from '../audit/record.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { House } from './house.ts'
import { failureProblem, problemOf, traceOf, translated } from './problem.ts'
import { progressOf, type Readiness } from './readiness.ts'
import { languageOf, policyHeader, sendProblem } from './reply.ts'
import type { Route } from './route.ts'
import { routerOf } from './router.ts'

/** One policy for pages, a stricter one for the API (security.md 10). */
const pagePolicy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
}

/** The whole house behind one request listener. */
export function createApp(house: House, routes: readonly Route[]): Express {
  const app = bareApp()
  app.use(policyNamed(house.policy))
  app.use(counted(house, routes))
  app.use(routerOf(house, routes))
  app.use(
    '/assets',
    express.static(house.portal.assets, { index: false, redirect: false, dotfiles: 'ignore' }),
  )
  app.use(unknownPath(house))
  app.use(lastResort(house))
  return app
}

/** What listens until the house is open: health, progress, and 503 for all else. */
export function createWaitingApp(readiness: Readiness): Express {
  const app = bareApp()
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  app.get('/readyz', (_request, response) => void response.status(503).json(progressOf(readiness)))
  app.use((request, response) => {
    const language = languageOf(request)
    response.set('Retry-After', '1')
    sendProblem(
      response,
      problemOf(new Refusal('UNAVAILABLE', { rule: 'node.starting' }), language),
      language,
    )
  })
  return app
}

/** Time limits of a server that people reach (security.md 10); the long one lets 2 GiB arrive at 1 MiB/s. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000
  server.requestTimeout = 40 * 60_000
  server.keepAliveTimeout = 15_000
  server.maxRequestsPerSocket = 1000
  // Node counts pairs of name and value; a handful of headers is all that anybody needs.
  server.maxHeadersCount = 100
}

/** Options of createServer that belong to the limits. */
export const serverOptions = { maxHeaderSize: 16 * 1024 }

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

function bareApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('trust proxy', false)
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
      // Loopback has no TLS; a node that has it sets the two years of security.md 10.
      strictTransportSecurity: false,
      crossOriginResourcePolicy: { policy: 'same-origin' },
      xXssProtection: false,
      xFrameOptions: { action: 'deny' },
    }),
  )
  app.use((request, response, next) => {
    response.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
    if (request.path.startsWith('/api')) {
      response.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
      response.set('Cache-Control', 'no-store')
    }
    next()
  })
  return app
}

/** Whatever is answered, it was under these rules: a header of every answer, and a member of every problem document. */
function policyNamed(policy: string) {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.set(policyHeader, `sha256:${policy}`)
    next()
  }
}

function counted(house: House, routes: readonly Route[]) {
  const known = new Set(routes.map((one) => one.path))
  return (request: Request, response: Response, next: NextFunction) => {
    const from = performance.now()
    response.once('close', () => {
      const matched = response.locals.route
      const route = typeof matched === 'string' && known.has(matched) ? matched : 'unknown'
      house.metrics.count(
        `${request.method} ${route}`,
        response.statusCode,
        (performance.now() - from) / 1000,
      )
    })
    next()
  }
}

/** Nothing lives here. Under /api it is recorded as a call, by whoever can be told to have made it. */
function unknownPath(house: House) {
  return async (request: Request, response: Response): Promise<void> => {
    const language = languageOf(request)
    const refusal = new Refusal('NOT_FOUND', { rule: 'path.unknown' })
    if (request.path.startsWith('/api/')) {
      const receipt = await house.audit.append(
        { type: 'access.refused', route: 'unknown', code: 'NOT_FOUND' },
        {},
      )
      attachReceipt(refusal, receipt)
    }
    sendProblem(response, problemOf(refusal, language, receiptOf(refusal)), language)
  }
}

/** Errors thrown before a route had begun, such as a path that cannot be decoded. */
function lastResort(house: House) {
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const language = languageOf(request)
    const told = translated(error, language)
    if (!(told instanceof Refusal))
      house.log.error('a call failed', { route: 'unknown', trace: traceOf(told) })
    const problem = told instanceof Refusal ? problemOf(told, language) : failureProblem(language)
    if (response.headersSent) response.destroy()
    else sendProblem(response, problem, language)
  }
}
