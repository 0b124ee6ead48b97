import { z } from 'zod'
import { openDeposit, readDeposit, receiveTable, submitDeposit } from '../../dataset/deposit.ts'
import { listDeposits } from '../../dataset/deposit-list.ts'
import { changeDialect } from '../../dataset/dialect-change.ts'
import { previewTable, receiveManifest } from '../../dataset/dialogue.ts'
import { holderQualitySchema } from '../../dataset/quality/label.ts'
import { paced } from '../arrival.ts'
import { eventsOf } from '../events.ts'
import { type Route, route } from '../route.ts'

export const finding = z.object({
  severity: z.string(),
  rule: z.string(),
  table: z.string().optional(),
  column: z.string().optional(),
  line: z.number().int().optional(),
  lines: z.array(z.number().int()).optional(),
  count: z.number().int(),
  message: z.string(),
})

const progressMembers = {
  step: z.string(),
  table: z.string().optional(),
  rows: z.number().int().optional().meta({ description: 'Rows so far' }),
  bytes: z.number().int().optional().meta({ description: 'Bytes of the received files that have been read' }),
  total: z.number().int().optional().meta({ description: 'Bytes of all received files' }),
  secondsLeft: z.number().int().optional().meta({ description: 'Absent while the rate is not known' }),
}

const received = z.object({ table: z.string(), bytes: z.number().int(), sha256: z.string() })

const deposit = z
  .object({
    id: z.string(),
    dataset: z.string(),
    status: z.enum(['open', 'checking', 'accepted', 'quarantined', 'refused']),
    version: z.number().int().optional(),
    findings: z.array(finding),
    quality: holderQualitySchema.optional(),
    progress: z.object(progressMembers).optional(),
    manifestSha256: z.string().optional().meta({ description: 'Of what the holder signed' }),
    tables: z.array(received).optional(),
  })
  .meta({ id: 'Deposit' })

const preview = z
  .object({
    table: z.string(),
    reading: z
      .object({
        kind: z.string(),
        charset: z.string().optional(),
        delimiter: z.string().optional(),
        decimal: z.string().optional(),
        dateFormat: z.string().optional(),
        header: z.boolean().optional(),
      })
      .meta({ description: 'As announced, else as detected' }),
    rows: z.number().int(),
    columns: z.array(
      z.object({
        name: z.string(),
        declared: z.string(),
        detected: z.string().nullable().meta({ description: 'Of nearly all first values; null without any' }),
        dateFormat: z.string().optional(),
        decimal: z.string().optional(),
        role: z.string().optional(),
        empty: z.number().meta({ description: 'Share of the rows, 0 to 1' }),
        unreadable: z.number().int().meta({ description: 'Values that are not of the declared type' }),
        shape: z.string().optional().meta({
          description:
            '9 a digit, A and a letters; only of a column without role, tag or suspicion, and when k rows share it',
        }),
      }),
    ),
    findings: z.array(finding),
  })
  .meta({ id: 'TablePreview', description: 'How a file is understood; never a value of it' })

const listed = z
  .object({
    id: z.string(),
    dataset: z.string(),
    status: z.enum(['open', 'checking', 'accepted', 'quarantined', 'refused']),
    version: z.number().int().nullable(),
    openedAt: z.iso.datetime(),
    submittedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    errors: z.number().int().meta({ description: 'Findings that stop it' }),
    warnings: z.number().int(),
  })
  .meta({ id: 'ListedDeposit' })

const byName = z.strictObject({ name: z.string().max(100) })
const byId = z.strictObject({ id: z.string().max(100) })

/** dataset/media.ts reads the dialect; here its names are told to the document only. */
const dialect = z.looseObject({
  delimiter: z.string().optional(),
  decimal: z.string().optional(),
  dateFormat: z.string().optional(),
  header: z.string().optional(),
})

const fileTypes = [
  'text/csv',
  'application/zip',
  'text/plain',
  'application/x-ndjson',
  'application/fhir+ndjson',
  'application/vnd.apache.arrow.stream',
  'application/vnd.apache.arrow.file',
  'application/vnd.apache.parquet',
]

/** As in a query string; what is left out is detected. */
const dialectAsked = z.strictObject({
  charset: z.string().max(40).optional(),
  delimiter: z.string().max(10).optional(),
  decimal: z.string().max(10).optional(),
  dateFormat: z.string().max(20).optional(),
  header: z.string().max(10).optional(),
})

export const depositRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/deposits',
    summary: 'The deposits of the datasets of one’s own organisation, the newest first, at most 200',
    authorisation: { who: ['holder'], sees: 'none' },
    records: 'read',
    query: z.strictObject({ dataset: z.string().max(100).optional() }),
    responses: { 200: { description: 'Deposits', schema: z.object({ deposits: z.array(listed) }) } },
    handler: async (house, { by, query: { dataset } }) => ({
      json: { deposits: await listDeposits(house.dataset, by, dataset) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/datasets/{name}/deposits',
    summary: 'Opens a deposit of a dataset of one’s own organisation',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byName,
    about: ({ name }) => ({ dataset: name }),
    responses: { 201: { description: 'An open deposit', schema: deposit } },
    handler: async (house, { by, params: { name } }) => ({
      json: await openDeposit(house.dataset, by, { dataset: name }),
    }),
  }),
  route({
    method: 'put',
    path: '/api/v1/deposits/{id}/tables/{table}',
    summary:
      'Sends the file of one table as the body, at most 2 GiB; Content-Encoding gzip is accepted; a zip file holds one CSV file',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId.extend({ table: z.string().max(100) }),
    query: dialect,
    stream: fileTypes,
    responses: { 200: { description: 'Bytes and hash of the body as received', schema: received } },
    handler: async (house, { by, params, query, request }) => ({
      json: await receiveTable(house.dataset, by, {
        deposit: params.id,
        table: params.table,
        contentType: request.get('content-type'),
        contentEncoding: request.get('content-encoding'),
        dialect: query,
        // A depositor whose file is refused half-way still gets to read why.
        body: paced(request, house.limits.settings),
      }),
    }),
  }),
  route({
    method: 'put',
    path: '/api/v1/deposits/{id}/tables/{table}/dialect',
    summary:
      'Says anew how the file that was sent is to be read, without sending it again; the whole dialect',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId.extend({ table: z.string().max(100) }),
    body: dialectAsked,
    responses: { 200: { description: 'The same file', schema: received } },
    handler: async (house, { by, params: { id, table }, body }) => ({
      json: await changeDialect(house.dataset, by, { deposit: id, table, dialect: body }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/deposits/{id}/tables/{table}/preview',
    summary: 'How the file that was sent is understood, while the deposit is open; reads the whole file',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: byId.extend({ table: z.string().max(100) }),
    responses: { 200: { description: 'Form, columns and findings', schema: preview } },
    handler: async (house, { by, params: { id, table }, language }) => ({
      json: await previewTable(house.dataset, by, { deposit: id, table, language }),
    }),
  }),
  route({
    method: 'put',
    path: '/api/v1/deposits/{id}/manifest',
    summary:
      'The manifest that the holder signed (JWS, ES256): tables with rows, bytes and sha256, schema, key of pseudonyms, opt-outs; demanded where the holder registered its own key or the contract says so',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId,
    body: z.strictObject({ jws: z.string().max(262_144) }),
    responses: { 200: { description: 'Hash of what was signed', schema: z.object({ sha256: z.string() }) } },
    handler: async (house, { by, params: { id }, body: { jws } }) => ({
      json: await receiveManifest(house.dataset, by, { deposit: id, jws }),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/deposits/{id}/submit',
    summary: 'Hands the deposit over to the checks, which run in the background',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId,
    responses: { 202: { description: 'It is being checked', schema: deposit } },
    handler: async (house, { by, params: { id }, language }) => ({
      json: await submitDeposit(house.dataset, by, { deposit: id, language }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/deposits/{id}',
    summary: 'Where a deposit stands, and what the checks found',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: byId,
    responses: { 200: { description: 'The deposit', schema: deposit } },
    handler: async (house, { by, params: { id }, language }) => ({
      json: await readDeposit(house.dataset, by, { deposit: id, language }),
    }),
  }),
  eventsOf({
    path: '/api/v1/deposits/{id}',
    summary: 'A deposit while it is checked',
    authorisation: { who: ['holder'], sees: 'holder' },
    params: byId,
    schema: deposit,
    read: (house, { by, params: { id }, language }) =>
      readDeposit(house.dataset, by, { deposit: id, language }),
    isOver: ({ status }) => status !== 'checking',
  }),
]
