/** The doors over HTTP. The order of the lines in createApp is the security story. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import helmet from 'helmet'
import { attachReceipt, receiptOf } from '../audit/record.ts'
import { Refusal } from '../kernel/refusal.ts'
import { insistArrival, lateRefusal } from './arrival.ts'
import type { House } from './house.ts'
import { type LimitSettings, productionLimits } from './limit-settings.ts'
import { isRepeated } from './limits.ts'
import type { CallKind } from './metrics.ts'
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
  const app = bareApp(isSecureAt(house.address))
  app.set('trust proxy', house.limits.trustedProxy ?? false)
  app.use(timely(house.limits.settings.requestSeconds))
  app.use(policyNamed(house.policy))
  app.use(counted(house, routes))
  app.use(routerOf(house, routes))
  app.use(
    '/assets',
    express.static(house.portal.assets, { index: false, redirect: false, dotfiles: 'ignore' }),
  )
  app.use(
    '/portal/parts',
    express.static(`${house.portal.built}/parts`, {
      ...{ index: false, redirect: false, dotfiles: 'ignore' },
      ...{ immutable: true, maxAge: '1y' },
    }),
  )
  app.use(unknownPath(house))
  app.use(lastResort(house))
  return app
}

const readAwayMs = 500

interface Waiting {
  readonly isSecure: boolean
  readonly limits: Pick<LimitSettings, 'requestSeconds'>
  /** Why there is nothing yet, or no more. Default `node.starting`. */
  readonly rule?: 'node.starting' | 'node.stopping'
}

/** What listens until the house is open, and again when it closes: health, progress, and 503 for all else. */
export function createWaitingApp(
  readiness: Readiness,
  { isSecure, limits, rule = 'node.starting' }: Waiting = { isSecure: false, limits: productionLimits },
): Express {
  const app = bareApp(isSecure)
  app.use(timely(limits.requestSeconds))
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  app.get('/readyz', (_request, response) => void response.status(503).json(progressOf(readiness)))
  app.use(async (request, response) => {
    const language = languageOf(request)
    if (rule === 'node.stopping') {
      // Whoever keeps a connection to a node that stops is to open its next one elsewhere.
      response.set('Connection', 'close')
      await readAway(request)
    }
    sendProblem(response, problemOf(new Refusal('UNAVAILABLE', { rule }), language), language)
  })
  return app
}

/** A connection that ends while its request still comes is reset, and the answer may be lost: what is short is waited for. */
function readAway(request: Request): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, readAwayMs)
    const over = () => {
      clearTimeout(timer)
      resolve()
    }
    request.once('end', over).once('close', over).resume()
  })
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

const twoYears = 2 * 365 * 24 * 3600

/**
 * The headers of every answer, whatever it is: pages, API, problem documents, and what the server says of what is no request.
 * Strict-Transport-Security where TLS ends here or at the trusted proxy.
 */
export function strictHeaders({ isSecure }: { readonly isSecure: boolean }) {
  const helmeted = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
    strictTransportSecurity: isSecure && { maxAge: twoYears, includeSubDomains: false },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xXssProtection: false,
    xFrameOptions: { action: 'deny' },
  })
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
    helmeted(request, response, () => {
      if (request.url?.startsWith('/api')) {
        response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
        response.setHeader('Cache-Control', 'no-store')
      }
      next()
    })
  }
}

/** Where people reach the node says whether they do so under TLS. */
function isSecureAt(address: string): boolean {
  return address.startsWith('https:')
}

/** Who has not sent an ordinary request when its time is over is told so, and cut off. */
function timely(seconds: number) {
  return (request: Request, response: Response, next: NextFunction): void => {
    insistArrival(request, seconds, () => {
      if (response.headersSent) return void request.destroy()
      const language = languageOf(request)
      sendProblem(response, problemOf(lateRefusal('body.pace'), language), language)
    })
    next()
  }
}

function bareApp(isSecure: boolean): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('trust proxy', false)
  app.use(strictHeaders({ isSecure }))
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
  const kinds = new Map(routes.map((one) => [`${one.method.toUpperCase()} ${one.path}`, kindOf(one)]))
  const known = new Set(routes.map((one) => one.path))
  return (request: Request, response: Response, next: NextFunction) => {
    const from = performance.now()
    response.once('close', () => {
      const matched = response.locals.route
      const route = typeof matched === 'string' && known.has(matched) ? matched : 'unknown'
      const { method } = request
      house.metrics.count({
        ...{ method, route, status: response.statusCode },
        kind: kinds.get(`${method} ${route}`) ?? 'read',
        seconds: (performance.now() - from) / 1000,
      })
    })
    next()
  }
}

/** What a call of this route weighs: calls of one kind are expected to take alike. */
function kindOf({ method, path, stream, rate }: Route): CallKind {
  if (/^\/(healthz|readyz|metrics)$/.test(path)) return 'probe'
  if (stream !== undefined) return 'file'
  if (path.endsWith('/events')) return 'events'
  if (rate === 'queries' || /\/queries$/.test(path)) return method === 'post' ? 'query' : 'read'
  return method === 'get' || method === 'options' ? 'read' : 'act'
}

/** Nothing lives here. Under /api it is recorded as a call, by whoever can be told to have made it. */
function unknownPath(house: House) {
  return async (request: Request, response: Response): Promise<void> => {
    const language = languageOf(request)
    const refusal = await unknownOrTooOften(house, response)
    if (request.path.startsWith('/api/') && !isRepeated(refusal)) {
      const receipt = await house.audit.append(
        { type: 'access.refused', route: 'unknown', code: refusal.code },
        {},
      )
      attachReceipt(refusal, receipt)
    }
    sendProblem(response, problemOf(refusal, language, receiptOf(refusal)), language)
  }
}

async function unknownOrTooOften({ limits }: House, response: Response): Promise<Refusal> {
  try {
    await limits.spendAddress('strangers', response)
    return new Refusal('NOT_FOUND', { rule: 'path.unknown' })
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
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
