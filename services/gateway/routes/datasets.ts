import { z } from 'zod'
import { declareDataset, listDatasets, readDataset } from '../../dataset/deposit.ts'
import { tableSchemas } from '../../dataset/dictionary.ts'
import { noticeSchema } from '../../dataset/notice.ts'
import { profileSchema } from '../../dataset/profile/profile.ts'
import { publicQualitySchema } from '../../dataset/quality/label.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { datasetFilter, organisationNames, pageSize } from '../dataset-search.ts'
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
    keywords: z.array(z.string()).optional(),
    catalogue: noticeSchema
      .optional()
      .meta({ description: 'What only the holder can say in the public catalogue (HealthDCAT-AP)' }),
    resources: z.array(z.looseObject({ name: z.string() })),
    version: z.number().int().nullable().meta({ description: 'Of the last accepted deposit' }),
    publishedAt: z.iso.datetime().nullable(),
    schemaSha256: z.string().meta({ description: 'Of the stored descriptor; part of a signed manifest' }),
    expectedBy: z.iso
      .date()
      .optional()
      .meta({ description: 'Day of the next version, as its holder promised' }),
    late: z.boolean().optional().meta({ description: 'That day is over' }),
    quality: publicQualitySchema.optional().meta({
      description: 'Label of that version, in bands that name nobody; absent where none was measured',
    }),
  })
  .meta({ id: 'Dataset' })

const facet = z.array(z.object({ value: z.string(), count: z.number().int() }))

const answer = z.object({
  datasets: z.array(dataset),
  total: z.number().int(),
  facets: z.object({ holder: facet, theme: facet, kind: facet }),
})

const search = z.strictObject({
  ...datasetFilter,
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'Fifty datasets each, from 1; all of them where it is left out' }),
})

const path = '/api/v1/datasets'

export const datasetRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary: 'Declares a dataset of one’s own organisation; the same descriptor again answers 200',
    authorisation: { who: ['holder'], sees: 'none' },
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
    summary: 'The catalogue, or a search in it: names, classes and roles, never how many rows',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    query: search,
    responses: { 200: { description: 'Datasets, the best first', schema: answer } },
    handler: async (house, { by, query: { page, ...filter } }) => {
      const nameOf = await organisationNames(house)
      const { datasets, facets } = await listDatasets(house.dataset, by, { filter, nameOf })
      const shown = page === undefined ? datasets : datasets.slice((page - 1) * pageSize, page * pageSize)
      return { json: { datasets: shown, total: datasets.length, facets } }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{name}`,
    summary: 'One dataset',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    params,
    about: ({ name }) => ({ dataset: name }),
    responses: { 200: { description: 'The descriptor', schema: dataset } },
    handler: async (house, { by, params: { name } }) => ({
      json: await readDataset(house.dataset, by, name),
    }),
  }),
  route({
    method: 'get',
    path: `${path}/{name}/profile`,
    summary:
      'What may be told of the rows of its latest version: periods and values in bands, under the rules of a query',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    params,
    about: ({ name }) => ({ dataset: name }),
    responses: {
      200: {
        description: 'The profile, or that it is being made: the first who asks begins it',
        schema: z.object({
          status: z.enum(['ready', 'preparing', 'none']),
          profile: profileSchema.optional(),
        }),
      },
    },
    handler: async (house, { params: { name } }) => {
      const dataset = await house.catalogue.find(name)
      if (dataset === null) throw new Refusal('NOT_FOUND')
      return { json: await house.profiles.of(dataset) }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{name}/schema`,
    summary: 'Its tables as Table Schemas, in one Data Package',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    params,
    about: ({ name }) => ({ dataset: name }),
    responses: {
      200: { description: 'A Data Package v2 without data', schema: z.looseObject({ name: z.string() }) },
    },
    handler: async (house, { by, params: { name } }) => ({
      json: tableSchemas(await readDataset(house.dataset, by, name)),
    }),
  }),
]
