/** Sessions of persons: one's own, and those of others for whoever watches over them. */

import { z } from 'zod'
import { issuerWord } from '../../identity/logout.ts'
import { closeOwnSession, closeSessionsOf, sessionsOf } from '../../identity/session-oversight.ts'
import type { SessionFacts } from '../../identity/sessions.ts'
import { isoInstant } from '../../kernel/clock.ts'
import { type Route, route } from '../route.ts'

const id = z.uuid()

const session = z
  .object({
    id: z.string(),
    level: z.number().int().meta({ description: 'Assurance, 0 to 3' }),
    methods: z.array(z.string()),
    acr: z.string().optional(),
    authenticatedAt: z.iso.datetime(),
    createdAt: z.iso.datetime().meta({ description: 'It ends ten hours later' }),
    seenAt: z.iso.datetime().meta({ description: 'Last call, to the minute; it ends half an hour later' }),
    until: z.iso.datetime(),
    client: z.string().optional().meta({ description: 'Hash of the name that the browser gives itself' }),
    isCurrent: z.boolean().meta({ description: 'The session of this very call' }),
  })
  .meta({ id: 'Session' })

const sessions = z.object({ sessions: z.array(session) })
const closed = z.object({ closed: z.number().int() })
const byId = z.object({ id })

function toldTo(current: string | undefined) {
  return ({ authenticatedAt, createdAt, seenAt, until, ...rest }: SessionFacts) => ({
    ...rest,
    authenticatedAt: isoInstant(authenticatedAt),
    createdAt: isoInstant(createdAt),
    seenAt: isoInstant(seenAt),
    until: isoInstant(until),
    isCurrent: rest.id === current,
  })
}

export const heldSessionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/sessions',
    summary: 'One’s own open sessions, the last seen first',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Sessions', schema: sessions } },
    handler: async (house, { by }) => ({
      json: { sessions: (await house.sessions.list(by)).map(toldTo(by.session)) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/me/sessions/{id}/closure',
    summary: 'Closes one of one’s own sessions; what runs in it stops',
    authorisation: { who: 'account', sees: 'author' },
    records: 'own',
    params: byId,
    responses: { 200: { description: 'How many were closed', schema: closed } },
    handler: async (house, { by, params }) => ({
      json: { closed: await closeOwnSession(house.sessions, by, params.id) },
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/sessions',
    summary: 'The open sessions of a person, for the DPO',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'read',
    query: z.strictObject({ issuer: issuerWord, subject: issuerWord }),
    responses: { 200: { description: 'Sessions', schema: sessions } },
    handler: async (house, { by, query }) => ({
      json: { sessions: (await sessionsOf(house.sessions, by, query)).map(toldTo(by.session)) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/sessions/closures',
    summary:
      'Closes one session of a person, or all of them, by the DPO or the registrar; what runs in them stops',
    authorisation: { who: ['dpo', 'registrar'], sees: 'none' },
    records: 'own',
    body: z.strictObject({
      person: z.strictObject({ issuer: issuerWord, subject: issuerWord }),
      session: id.optional().meta({ description: 'All when left out' }),
    }),
    responses: { 200: { description: 'How many were closed', schema: closed } },
    handler: async (house, { by, body: { person, session: one } }) => ({
      json: { closed: await closeSessionsOf(house.sessions, by, { person, id: one }) },
    }),
  }),
]
