import express from 'express'
import { Refusal } from '../kernel/refusal.ts'
import type { House } from './house.ts'
import { problemOf } from './problem.ts'
import { languageOf, sendProblem } from './reply.ts'
import type { Route } from './route.ts'

/** `/api/v1/projects/{id}` as Express writes it. */
function expressPath({ path, at }: Pick<Route, 'path' | 'at'>): string {
  return at ?? path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** All routes of a house on one router; a known path with another method is 405, and says which exist. */
export function routerOf(house: House, routes: readonly Route[]): express.Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  for (const one of routes) {
    router[one.method](expressPath(one), (request, response) => {
      // Metrics name the declared path: the number of series stays bounded whatever is asked.
      response.locals.route = one.path
      return one.serve(house, request, response)
    })
  }
  for (const path of new Set(routes.map(expressPath))) {
    const allowed = routes.filter((one) => expressPath(one) === path).map((one) => one.method.toUpperCase())
    router.all(path, (request, response) => {
      const language = languageOf(request)
      response.set('Allow', allowed.join(', '))
      sendProblem(response, problemOf(new Refusal('METHOD_NOT_ALLOWED'), language), language)
    })
  }
  return router
}
