import { z } from 'zod'
import { proofNames, roles } from '../../identity/person.ts'
import { proofUntil } from '../../identity/proof-rules.ts'
import { type Route, route } from '../route.ts'

const me = z
  .object({
    issuer: z.string(),
    subject: z.string(),
    displayName: z.string(),
    organisation: z.string(),
    roles: z.array(z.enum(roles)),
    level: z.number().int().meta({ description: 'Assurance of the session, 0 to 3' }),
    methods: z.array(z.string()),
    proofs: z
      .record(z.string(), z.iso.datetime())
      .meta({ description: 'Until when each personal proof stands, by the account or by a visa' }),
  })
  .meta({ id: 'Me' })

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/me',
    summary: 'Who the token speaks for, as the account table knows it',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'The account', schema: me } },
    handler: async (_house, { by }) => {
      const proofs = proofNames.flatMap((name) => {
        const until = proofUntil(by, name)
        return until === undefined ? [] : [[name, new Date(until).toISOString()] as const]
      })
      const { issuer, subject, displayName, organisation, level, methods } = by
      return {
        json: {
          issuer,
          subject,
          displayName,
          organisation,
          roles: by.roles,
          level,
          methods,
          proofs: Object.fromEntries(proofs),
        },
      }
    },
  }),
]
