/** The identities that a person tied to her account. */

import { z } from 'zod'
import { unlink } from '../../identity/links.ts'
import { isoInstant } from '../../kernel/clock.ts'
import { type Route, route } from '../route.ts'

const name = z.string().min(1).max(255)
const identity = z
  .object({ issuer: z.string(), subject: z.string(), linkedAt: z.iso.datetime() })
  .meta({ id: 'LinkedIdentity' })

export const identityRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me/identities',
    summary: 'The other identities that open one’s own account, the oldest first',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Identities', schema: z.object({ identities: z.array(identity) }) } },
    handler: async ({ links }, { by }) => {
      const identities = (await links.of(by)).map(({ linkedAt, ...rest }) => ({
        ...rest,
        linkedAt: isoInstant(linkedAt),
      }))
      return { json: { identities } }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/me/identities/unlinking',
    summary: 'Unties one of them; its sessions end',
    authorisation: { who: 'account', sees: 'none' },
    records: 'own',
    body: z.strictObject({ issuer: name, subject: name }),
    responses: {
      200: { description: 'How many sessions were closed', schema: z.object({ closed: z.number().int() }) },
    },
    handler: async ({ links, sessions }, { by, body }) => ({
      json: { closed: await unlink({ links, sessions }, by, body) },
    }),
  }),
]
