import { z } from 'zod'
import { declareDataset, listDatasets, readDataset } from '../../dataset/deposit.ts'
import { publicQualitySchema } from '../../dataset/quality/label.ts'
import { type Route, route } from '../route.ts'

const params = z.strictObject({ name: z.string().max(100) })

/** A Data Package v2 descriptor; dataset/descriptor.ts reads it member by member when it is sent. */
const dataset = z
  .looseObject({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    kind: z.enum(['personal', 'non-personal']),
    entity: z.enum(['person', 'staff', 'establishment']).optional().meta({
      description:
        'Whom the fields of role "unit" name. Establishments: only where kind is "non-personal"; its tables are then "personal" by default, and protected by establishment in a project of kind SECTOR_USEFUL',
    }),
    threshold: z.number().int().optional().meta({
      description: 'Units per cell: at least 11 persons, or 3 establishments; 11 where it is left out',
    }),
    holder: z.string(),
    resources: z.array(z.looseObject({ name: z.string() })),
    version: z.number().int().nullable().meta({ description: 'Of the last accepted deposit' }),
    publishedAt: z.iso.datetime().nullable(),
    quality: publicQualitySchema.optional().meta({
      description: 'Label of that version, in bands that name nobody; absent where none was measured',
    }),
  })
  .meta({ id: 'Dataset' })

const path = '/api/v1/datasets'

export const datasetRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary: 'Declares a dataset of one’s own organisation; the same descriptor again answers 200',
    records: 'own',
    body: z.record(z.string(), z.unknown()),
    responses: {
      201: { description: 'The stored descriptor', schema: dataset },
      200: { description: 'It was known already', schema: dataset },
    },
    handler: async (house, { by, body, language }) => {
      const stored = await declareDataset(house.dataset, by, body)
      // Nothing changed, so no use-case has an entry of it; the call itself still leaves one.
      if (!stored.created) {
        const route = `POST ${path}`
        await house.audit.append({ type: 'access.read', route, dataset: stored.dataset.name }, { by })
      }
      const status = stored.created ? 201 : 200
      return { status, json: stored.dataset, headers: { 'Content-Language': language } }
    },
  }),
  route({
    method: 'get',
    path,
    summary: 'The catalogue: names, classes and roles, never how many rows',
    records: 'read',
    responses: { 200: { description: 'All datasets', schema: z.object({ datasets: z.array(dataset) }) } },
    handler: async (house, { by }) => ({ json: { datasets: await listDatasets(house.dataset, by) } }),
  }),
  route({
    method: 'get',
    path: `${path}/{name}`,
    summary: 'One dataset',
    records: 'read',
    params,
    about: ({ name }) => ({ dataset: name }),
    responses: { 200: { description: 'The descriptor', schema: dataset } },
    handler: async (house, { by, params: { name } }) => ({
      json: await readDataset(house.dataset, by, name),
    }),
  }),
]
