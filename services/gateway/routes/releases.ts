/** The airlock: files that leave after two checkers have looked. docs/airlock.md tells who does what. */
import { z } from 'zod'
import { answerRelease, openRelease, submitRelease, withdrawRelease } from '../../airlock/ask.ts'
import { addFile, removeFile, sendFile } from '../../airlock/fill.ts'
import { inWords } from '../../airlock/findings.ts'
import {
  listReleases,
  packRelease,
  readRecord,
  readRelease,
  readReleaseFile,
  readReleaseFindings,
  viewAfter,
} from '../../airlock/read.ts'
import type { Acted } from '../../airlock/register.ts'
import { context, fileTypes, votes } from '../../airlock/release.ts'
import { reviewRelease, verdictsSent } from '../../airlock/review.ts'
import { insistVisible } from '../../habilitation/read.ts'
import type { Person } from '../../identity/person.ts'
import { paced } from '../arrival.ts'
import type { House } from '../house.ts'
import { receiptMembers } from '../problem.ts'
import { type Route, route } from '../route.ts'
import { acted, findings, release } from './release-shapes.ts'

const ofProject = '/api/v1/projects/{id}/releases'
const path = '/api/v1/releases'
const inProject = z.strictObject({ id: z.string().max(100) })
const params = z.strictObject({ id: z.uuid() })
const one = params.extend({ number: z.coerce.number().int().min(1).max(1000) })
const about = ({ id }: { id: string }) => ({ project: id })
const sees = 'release'

/** A name as people write one: no path, no control character. */
const fileName = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,149}$/u)

/** The release after an act, as who acted may see it. */
async function told(house: House, by: Person, done: Acted) {
  const view = await viewAfter(house.airlock, by, done.release)
  return { json: { ...view, receipt: receiptMembers(done.receipt) } }
}

const lists: readonly Route[] = [
  route({
    method: 'post',
    path: ofProject,
    summary: 'Opens a release: files of results that are to leave',
    authorisation: { who: 'account', sees: 'question' },
    records: 'own',
    params: inProject,
    body: z.strictObject({
      title: z.string().trim().min(1).max(200),
      purpose: z.string().max(100).optional(),
      objective: z.string().max(100).optional(),
    }),
    about,
    responses: { 201: { description: 'A draft without files', schema: acted } },
    handler: async (house, { by, params: { id }, body }) =>
      told(house, by, await openRelease(house.airlock, by, { ...body, project: id })),
  }),
  route({
    method: 'get',
    path: ofProject,
    summary: 'The releases of a project, newest first',
    authorisation: { who: 'account', sees: 'question' },
    records: 'read',
    params: inProject,
    about,
    responses: { 200: { description: 'Releases', schema: z.object({ releases: z.array(release) }) } },
    handler: async (house, { by, params: { id } }) => {
      await insistVisible(house.habilitation, by, id)
      return { json: { releases: await listReleases(house.airlock, by, id) } }
    },
  }),
  route({
    method: 'get',
    path,
    summary: 'Of a checker, what waits for her vote and what she voted on; of others, what they may see',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Releases', schema: z.object({ releases: z.array(release) }) } },
    handler: async (house, { by }) => ({ json: { releases: await listReleases(house.airlock, by) } }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}`,
    summary: 'A release: files, votes that the reader may see, what she may do',
    authorisation: { who: 'account', sees },
    records: 'read',
    params,
    responses: { 200: { description: 'The release', schema: release } },
    handler: async (house, { by, params: { id } }) => ({ json: await readRelease(house.airlock, by, id) }),
  }),
]

const adding = z.strictObject({ name: fileName, context })
const files: readonly Route[] = [
  route({
    method: 'post',
    path: `${path}/{id}/files`,
    summary: 'Adds the answer of a past query, run again, or announces a file that is sent afterwards',
    authorisation: { who: 'account', sees },
    records: 'own',
    rate: 'queries',
    params,
    body: z.union([
      adding.extend({
        query: z.uuid(),
        exact: z.strictObject({ justification: z.string().max(4000).default('') }).optional(),
      }),
      adding.extend({ queries: z.array(z.uuid()).min(1).max(20) }),
    ]),
    responses: { 201: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: { id }, body }) => {
      const { name, context: about, ...rest } = body
      const { exact, ...source } = 'query' in rest ? rest : { ...rest, exact: undefined }
      return told(house, by, await addFile(house.airlock, by, { id, name, context: about, source, exact }))
    },
  }),
  route({
    method: 'put',
    path: `${path}/{id}/files/{number}`,
    summary: 'Sends the bytes of a file that was announced, as they are',
    authorisation: { who: 'account', sees },
    records: 'own',
    params: one,
    stream: fileTypes,
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: asked, request }) => {
      const type = request.get('content-type')
      const body = paced(request, house.limits.settings)
      return told(house, by, await sendFile(house.airlock, by, { ...asked, type, body }))
    },
  }),
  route({
    method: 'delete',
    path: `${path}/{id}/files/{number}`,
    summary: 'Takes a file out of a release that is not asked yet',
    authorisation: { who: 'account', sees },
    records: 'own',
    params: one,
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: asked }) =>
      told(house, by, await removeFile(house.airlock, by, asked)),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/files/{number}`,
    summary: 'The bytes of a file, for who asks and for her checkers: with withheld cells, for these alone',
    authorisation: { who: 'account', sees },
    records: 'own',
    params: one,
    responses: { 200: { description: 'As they were sealed', types: fileTypes } },
    handler: async (house, { by, params: asked }) => {
      const { content, name, type, sha256 } = await readReleaseFile(house.airlock, by, asked)
      return { type, content, headers: download(name, sha256) }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{id}/files/{number}/findings`,
    summary: 'A file as rows, what the machine found by cell, and sums',
    authorisation: { who: 'account', sees },
    records: 'own',
    params: one,
    responses: { 200: { description: 'Found when it was asked', schema: findings } },
    handler: async (house, { by, params: asked, language }) => {
      const found = await readReleaseFindings(house.airlock, by, asked)
      return { json: { ...found, findings: inWords(found, language) } }
    },
  }),
]

/** Never shown in the page of this node: a file that somebody sent is a download. */
function download(name: string, sha256?: string) {
  return {
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    ...(sha256 !== undefined && {
      'Content-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    }),
  }
}

const turns: readonly Route[] = [
  route({
    method: 'post',
    path: `${path}/{id}/submission`,
    summary: 'Asks: the machine looks at every file, then it is the checkers’ turn',
    authorisation: { who: 'account', sees },
    records: 'own',
    params,
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: { id } }) =>
      told(house, by, await submitRelease(house.airlock, by, id)),
  }),
  route({
    method: 'post',
    path: `${path}/{id}/answers`,
    summary: 'Answers wishes for changes, and asks again',
    authorisation: { who: 'account', sees },
    records: 'own',
    params,
    body: z.strictObject({ text: z.string().trim().min(1).max(4000) }),
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: { id }, body: { text } }) =>
      told(house, by, await answerRelease(house.airlock, by, { id, text })),
  }),
  route({
    method: 'post',
    path: `${path}/{id}/reviews`,
    summary: 'One vote of a checker, once in a round; nobody sees the other’s before her own',
    authorisation: { who: ['checker'], sees },
    records: 'own',
    params,
    body: z.strictObject({
      round: z.number().int().min(1),
      vote: z.enum(votes),
      comment: z.string().max(4000).default(''),
      verdicts: verdictsSent.default({}),
    }),
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: { id }, body }) =>
      told(house, by, await reviewRelease(house.airlock, by, { ...body, id })),
  }),
  route({
    method: 'post',
    path: `${path}/{id}/withdrawal`,
    summary: 'Takes a release back',
    authorisation: { who: 'account', sees },
    records: 'own',
    params,
    responses: { 200: { description: 'The release after it', schema: acted } },
    handler: async (house, { by, params: { id } }) =>
      told(house, by, await withdrawRelease(house.airlock, by, id)),
  }),
]

const left: readonly Route[] = [
  route({
    method: 'get',
    path: `${path}/{id}/record`,
    summary: 'The signed disclosure record of what left',
    authorisation: { who: 'account', sees },
    records: 'read',
    params,
    responses: {
      200: {
        description: 'Content and token',
        schema: z.object({ record: z.looseObject({}), jws: z.string(), sha256: z.string() }),
      },
    },
    handler: async (house, { by, params: { id } }) => ({ json: await readRecord(house.airlock, by, id) }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/package`,
    summary: 'What left, with its record, as a ZIP; for the asker and the lead',
    authorisation: { who: 'account', sees },
    records: 'own',
    params,
    responses: { 200: { description: 'The package', types: ['application/zip'] } },
    handler: async (house, { by, params: { id } }) => {
      const content = await packRelease(house.airlock, by, id)
      return { type: 'application/zip', content, headers: download(`release-${id}.zip`) }
    },
  }),
]

export const releaseRoutes: readonly Route[] = [...lists, ...files, ...turns, ...left]
