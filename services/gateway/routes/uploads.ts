/** Uploads that may be cut and gone on with: tus 1.0, with creation, termination and expiration (https://tus.io/protocols/resumable-upload). */
import type { Request } from 'express'
import { z } from 'zod'
import { unreadable } from '../../dataset/upload-metadata.ts'
import {
  beginUpload,
  continueUpload,
  listUploads,
  longestUpload,
  readUpload,
  removeUpload,
  type ShownUpload,
} from '../../dataset/uploads.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { paced } from '../arrival.ts'
import { openRoute, type Route, route } from '../route.ts'

const version = '1.0.0'
const pieceType = 'application/offset+octet-stream'

const upload = z
  .object({
    id: z.string(),
    dataset: z.string(),
    deposit: z.string(),
    table: z.string(),
    bytes: z.number().int(),
    offset: z.number().int(),
    sha256: z.string().optional(),
    /** As it was sent. */
    metadata: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'Upload' })

const byId = z.strictObject({ id: z.string().max(100) })

/** A whole number of bytes from a header of the protocol. INVALID for anything else. */
function bytesOf(request: Request, header: string): number {
  const text = request.get(header) ?? ''
  if (!/^\d{1,15}$/.test(text)) throw unreadable(header)
  return Number(text)
}

function insistVersion(request: Request): void {
  if (request.get('tus-resumable') !== version) throw unreadable('Tus-Resumable')
}

function headersOf({ offset, bytes, metadata, expiresAt }: ShownUpload): Record<string, string> {
  return {
    'Upload-Offset': String(offset),
    'Upload-Length': String(bytes),
    'Upload-Metadata': metadata,
    'Upload-Expires': new Date(expiresAt).toUTCString(),
  }
}

const nothing = { status: 204, type: 'text/plain', content: '' }

const declared: readonly Route[] = [
  openRoute({
    method: 'options',
    path: '/api/v1/uploads',
    summary: 'What of tus 1.0 this node speaks',
    rate: 'readers',
    responses: { 204: { description: 'Version, extensions and longest file, as headers' } },
    handler: async () => ({
      ...nothing,
      headers: {
        'Tus-Version': version,
        'Tus-Extension': 'creation,termination,expiration',
        'Tus-Max-Size': String(longestUpload),
      },
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/uploads',
    summary:
      'Begins an upload that may be cut and gone on with (tus 1.0): Upload-Length, and Upload-Metadata with deposit, table, contentType, and as needed contentEncoding, delimiter, decimal, dateFormat, header, sha256',
    authorisation: { who: ['holder'], sees: 'none' },
    records: 'own',
    responses: { 201: { description: 'Where to send it', schema: upload } },
    handler: async (house, { by, request }) => {
      insistVersion(request)
      const bytes = bytesOf(request, 'upload-length')
      const begun = await beginUpload(house.uploads, by, {
        bytes,
        metadata: request.get('upload-metadata') ?? '',
      })
      const headers = { ...headersOf(begun), Location: `${house.address}/api/v1/uploads/${begun.id}` }
      return { status: 201, json: begun, headers }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/uploads',
    summary: 'The uploads that one began for deposits that are still open',
    authorisation: { who: ['holder'], sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Uploads', schema: z.object({ uploads: z.array(upload) }) } },
    handler: async (house, { by }) => ({ json: { uploads: await listUploads(house.uploads, by) } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/uploads/{id}',
    summary: 'Where to go on with an upload; HEAD gives the headers alone. Who is writing to it is stopped',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: byId,
    responses: { 200: { description: 'The upload, as headers too', schema: upload } },
    handler: async (house, { by, params }) => {
      const found = await readUpload(house.uploads, by, params.id)
      return { json: found, headers: headersOf(found) }
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/uploads/{id}',
    summary: 'Goes on at Upload-Offset; with the last byte the file is the table of its deposit',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId,
    stream: [pieceType],
    responses: { 204: { description: 'Upload-Offset is on disk' } },
    handler: async (house, { by, params, request }) => {
      insistVersion(request)
      if (request.get('content-type') !== pieceType) {
        throw new Refusal('UNSUPPORTED_TYPE', { rule: 'upload.type' })
      }
      const announced =
        request.get('content-length') === undefined ? undefined : bytesOf(request, 'content-length')
      const reached = await continueUpload(house.uploads, by, {
        id: params.id,
        offset: bytesOf(request, 'upload-offset'),
        ...(announced === undefined ? {} : { bytes: announced }),
        body: paced(request, house.limits.settings),
      })
      return { ...nothing, headers: headersOf(reached) }
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/uploads/{id}',
    summary: 'Gives an upload up and removes what has arrived',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byId,
    responses: { 204: { description: 'It is gone' } },
    handler: async (house, { by, params, request }) => {
      insistVersion(request)
      await removeUpload(house.uploads, by, params.id)
      return nothing
    },
  }),
]

/** Every answer names the version, a refusal too. */
export const uploadRoutes: readonly Route[] = declared.map((one) => ({
  ...one,
  serve(house, request, response) {
    response.set('Tus-Resumable', version)
    return one.serve(house, request, response)
  },
}))
