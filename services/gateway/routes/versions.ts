import { z } from 'zod'
import { listVersions } from '../../dataset/deposit-list.ts'
import { readWithdrawn, recallVersion } from '../../dataset/withdrawal.ts'
import { type Route, route } from '../route.ts'

const version = z
  .object({
    dataset: z.string(),
    version: z.number().int(),
    cause: z.enum(['recall', 'retention']),
    withdrawnAt: z.iso.datetime(),
    certificate: z
      .string()
      .optional()
      .meta({ description: 'JWS of the operator: files and extracts are gone' }),
  })
  .meta({ id: 'WithdrawnVersion' })

const share = z.number().nullable()

const held = z
  .object({
    version: z.number().int(),
    deposit: z.string(),
    publishedAt: z.iso.datetime(),
    manifestSha256: z.string(),
    quality: z
      .object({ completeness: share, validity: share, coherence: share })
      .nullable()
      .meta({ description: 'Heads of its label, 0 to 1; GET /api/v1/deposits/{id} has the whole' }),
    withdrawn: z
      .object({ at: z.iso.datetime(), cause: z.enum(['recall', 'retention']), isDestroyed: z.boolean() })
      .nullable(),
  })
  .meta({ id: 'HeldVersion' })

const params = z.strictObject({
  name: z.string().max(100),
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
})
const path = '/api/v1/datasets/{name}/versions/{version}'
const about = ({ name }: { name: string }) => ({ dataset: name })

export const versionRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/datasets/{name}/versions',
    summary: 'Every version with its label, withdrawn ones too, the newest first; holder of the dataset',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: z.strictObject({ name: z.string().max(100) }),
    about,
    responses: { 200: { description: 'Versions', schema: z.object({ versions: z.array(held) }) } },
    handler: async (house, { by, params: { name } }) => ({
      json: { versions: await listVersions(house.versions, by, name) },
    }),
  }),
  route({
    method: 'post',
    path: `${path}/recall`,
    summary:
      'Takes a version back for ever: out of the catalogue, files and extracts destroyed; holder of the dataset',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(3000) }),
    about,
    responses: { 200: { description: 'How it ended, with the certificate', schema: version } },
    handler: async (house, { by, params: { name, version: number }, body: { reason } }) => ({
      json: await recallVersion(house.versions, by, { dataset: name, version: number, reason }),
    }),
  }),
  route({
    method: 'get',
    path: `${path}/certificate`,
    summary: 'How a version ended, and the certificate of its destruction; holder of the dataset',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params,
    about,
    responses: { 200: { description: 'How it ended', schema: version } },
    handler: async (house, { by, params: { name, version: number } }) => ({
      json: await readWithdrawn(house.versions, by, { dataset: name, version: number }),
    }),
  }),
]
