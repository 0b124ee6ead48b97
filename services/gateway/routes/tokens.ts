/** Personal access tokens: made, listed and ended by the person, never by one of her tools. */

import { z } from 'zod'
import { createPersonalToken, revokePersonalToken } from '../../habilitation/personal-tokens.ts'
import type { PersonalToken } from '../../identity/personal-tokens.ts'
import { isoInstant } from '../../kernel/clock.ts'
import { type Route, route } from '../route.ts'

const told = z
  .object({
    id: z.uuid(),
    project: z.string(),
    purpose: z.string(),
    door: z.literal('http'),
    label: z.string(),
    level: z.number().int().meta({ description: 'Assurance of the session that made it' }),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable().meta({ description: 'Last use, to the minute' }),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'AccessToken' })

const created = told
  .extend({ token: z.string().meta({ description: 'The token itself, shown this once' }) })
  .meta({ id: 'AccessTokenCreated' })

const asked = z
  .strictObject({
    project: z.string().max(100),
    purpose: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'May be left out where the permit has only one' }),
    hours: z.number().int().min(1).max(12).optional().meta({ description: 'Four when left out' }),
    label: z.string().max(80).default('').meta({ description: 'How its owner tells it from others' }),
  })
  .meta({ id: 'AccessTokenAsked' })

const path = '/api/v1/me/tokens'

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary: 'Makes a token for a tool: one project, one purpose, some hours. Shown once',
    authorisation: { who: 'account', sees: 'none' },
    records: 'own',
    body: asked,
    responses: { 201: { description: 'The token, which is kept nowhere', schema: created } },
    handler: async (house, { by, body: { purpose, hours, ...rest } }) => {
      const about = {
        ...rest,
        ...(purpose !== undefined && { purpose }),
        ...(hours !== undefined && { hours }),
      }
      const { secret, token } = await createPersonalToken(house.personalTokens, by, about)
      return { json: { ...written(token), token: secret } }
    },
  }),
  route({
    method: 'get',
    path,
    summary: 'One’s own tokens, and those that ended within thirty days',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: {
      200: { description: 'Never the tokens themselves', schema: z.object({ tokens: z.array(told) }) },
    },
    handler: async (house, { by }) => {
      const tokens = await house.personalTokens.personalTokens.list(by)
      return { json: { tokens: tokens.map(written) } }
    },
  }),
  route({
    method: 'delete',
    path: `${path}/{id}`,
    summary: 'Ends one of one’s own tokens at once',
    authorisation: { who: 'account', sees: 'author' },
    records: 'own',
    params: z.strictObject({ id: z.uuid() }),
    responses: { 200: { description: 'It has ended', schema: told } },
    handler: async (house, { by, params: { id } }) => ({
      json: written(await revokePersonalToken(house.personalTokens, by, id)),
    }),
  }),
]

function written({ createdAt, expiresAt, usedAt, revokedAt, ...rest }: PersonalToken) {
  return {
    ...rest,
    createdAt: isoInstant(createdAt),
    expiresAt: isoInstant(expiresAt),
    usedAt: usedAt === null ? null : isoInstant(usedAt),
    revokedAt: revokedAt === null ? null : isoInstant(revokedAt),
  }
}
