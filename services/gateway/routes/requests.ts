/** What helps to write and to read a request: the form, live completeness, the meter, documents. */
import { z } from 'zod'
import { attach, detach, readAttachment } from '../../habilitation/dossier.ts'
import { formOf } from '../../habilitation/form/form.ts'
import { readHabilitation } from '../../habilitation/read.ts'
import { paced } from '../arrival.ts'
import { type Route, route } from '../route.ts'
import { view } from './habilitations.ts'
import { document, form, meter, progress } from './request-shapes.ts'

const path = '/api/v1/habilitations'
const params = z.strictObject({ id: z.string().max(100) })
const one = params.extend({ attachment: z.uuid() })
const pdf = 'application/pdf'

/** A name as people write one: no path, no control character, nothing that a header would have to fear. */
const fileName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,149}$/u)

const draft: readonly Route[] = [
  route({
    method: 'get',
    path: `${path}/form`,
    summary:
      'The form of a request: six steps, their fields with words in both languages, and who reads each',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'The form', schema: form } },
    handler: async (house) => ({ json: formOf(house.habilitation.rulebook) }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/completeness`,
    summary: 'What a request lacks, step by step, counted and in both languages',
    authorisation: { who: 'account', sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'By step', schema: progress } },
    handler: async (house, { by, params: { id } }) => ({
      json: (await readHabilitation(house.habilitation, by, id)).completeness,
    }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/minimisation`,
    summary: 'How much a request asks for of what there is, and the cheapest way to ask for less',
    authorisation: { who: 'account', sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'The meter', schema: meter } },
    handler: async (house, { by, params: { id } }) => ({
      json: (await readHabilitation(house.habilitation, by, id)).minimisation,
    }),
  }),
]

const documents: readonly Route[] = [
  route({
    method: 'post',
    path: `${path}/{id}/attachments`,
    summary: 'Adds a document, the body being the PDF itself; neither encrypted nor active',
    authorisation: { who: { command: 'attachment' }, sees: 'request' },
    records: 'own',
    params,
    query: z.strictObject({ name: fileName, field: z.string().min(1).max(100).default('protocol') }),
    stream: [pdf],
    responses: { 201: { description: 'The request after it', schema: view } },
    handler: async (house, { by, params: { id }, query, request }) => {
      const type = request.get('content-type')
      const body = paced(request, house.limits.settings)
      return { json: await attach(house.habilitation, by, { id, ...query, type, body }) }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{id}/attachments`,
    summary: 'The documents of a request that the caller may read',
    authorisation: { who: 'account', sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'Documents', schema: z.object({ attachments: z.array(document) }) } },
    handler: async (house, { by, params: { id } }) => ({
      json: { attachments: (await readHabilitation(house.habilitation, by, id)).attachments },
    }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/attachments/{attachment}`,
    summary: 'One document, as a download; the entry of the reading carries its hash',
    authorisation: { who: 'account', sees: 'request' },
    records: 'own',
    params: one,
    responses: { 200: { description: 'The PDF', types: [pdf] } },
    handler: async (house, { by, params: asked }) => {
      const { content, name, sha256 } = await readAttachment(house.habilitation, by, asked)
      const headers = {
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'Content-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
      }
      return { type: pdf, content, headers }
    },
  }),
  route({
    method: 'post',
    path: `${path}/{id}/attachments/{attachment}/deletion`,
    summary: 'Takes a document back, out of a draft only',
    authorisation: { who: { command: 'detachment' }, sees: 'request' },
    records: 'own',
    params: one,
    responses: { 200: { description: 'The request after it', schema: view } },
    handler: async (house, { by, params: asked }) => ({ json: await detach(house.habilitation, by, asked) }),
  }),
]

export const requestRoutes: readonly Route[] = [...draft, ...documents]
