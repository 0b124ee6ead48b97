/** Texts that members of a project keep under a name, for themselves or for all of them. */
import { z } from 'zod'
import type { Person } from '../../identity/person.ts'
import { isoInstant } from '../../kernel/clock.ts'
import { samePerson } from '../../kernel/id.ts'
import { type SavedQuery, savedText } from '../../query/saved-queries.ts'
import { changeSaved, listSaved, removeSaved, saveQuery } from '../../query/saving.ts'
import { revisionAsked } from '../if-match.ts'
import { type Route, route } from '../route.ts'

const params = z.strictObject({ id: z.string().max(100) })
const one = params.extend({ savedId: z.uuid() })
const kept = savedText.extend({
  isShared: z.boolean().meta({ description: 'The other members of the project read it too' }),
})

const told = z
  .object({
    id: z.uuid(),
    title: z.string(),
    sql: z.string(),
    purpose: z.string().optional(),
    objective: z.string().optional(),
    isShared: z.boolean(),
    isOwn: z.boolean().meta({ description: 'The caller wrote it, and alone may change it' }),
    author: z.object({ issuer: z.string(), subject: z.string() }),
    savedAt: z.iso.datetime(),
    revision: z.number().int().meta({ description: 'How often it was saved' }),
  })
  .meta({ id: 'SavedQuery' })

const path = '/api/v1/projects/{id}/saved-queries'
const authorisation = { who: 'account', sees: 'question' } as const
const about = ({ id }: { id: string }) => ({ project: id })

export const savedQueryRoutes: readonly Route[] = [
  route({
    method: 'get',
    path,
    summary: 'Texts that the caller keeps in a project, and those that its members share, newest first',
    authorisation,
    records: 'read',
    params,
    about,
    responses: {
      200: { description: 'None to whom is no member', schema: z.object({ savedQueries: z.array(told) }) },
    },
    handler: async (house, { by, params: { id } }) => ({
      json: { savedQueries: (await listSaved(house.saving, by, id)).map((saved) => written(saved, by)) },
    }),
  }),
  route({
    method: 'post',
    path,
    summary: 'Keeps a text under a name. It is neither checked nor asked; members only',
    authorisation,
    records: 'read',
    params,
    body: kept,
    about,
    responses: { 201: { description: 'It is kept', schema: told } },
    handler: async (house, { by, params: { id: project }, body }) => ({
      json: written(await saveQuery(house.saving, by, { project, kept: body }), by),
    }),
  }),
  route({
    method: 'put',
    path: `${path}/{savedId}`,
    summary:
      'Saves one of one’s own anew, shares it or takes it back. `If-Match` names the revision it was written on: WRONG_STATE if another came first',
    authorisation,
    records: 'read',
    params: one,
    body: kept,
    about,
    responses: { 200: { description: 'As it is kept now', schema: told } },
    handler: async (house, { by, params: { id: project, savedId: id }, body, request }) => {
      const which = { project, id, ...revisionAsked(request.get('if-match')) }
      return { json: written(await changeSaved(house.saving, by, { ...which, kept: body }), by) }
    },
  }),
  route({
    method: 'delete',
    path: `${path}/{savedId}`,
    summary: 'Removes one of one’s own, for everybody',
    authorisation,
    records: 'read',
    params: one,
    about,
    responses: {
      200: {
        description: 'It is gone',
        schema: z.object({ id: z.string(), removed: z.literal(true) }),
      },
    },
    handler: async (house, { by, params: { id: project, savedId: id } }) => {
      await removeSaved(house.saving, by, { project, id })
      return { json: { id, removed: true } }
    },
  }),
]

function written({ savedAt, ...saved }: SavedQuery, by: Person) {
  return { ...saved, isOwn: samePerson(saved.author, by), savedAt: isoInstant(savedAt) }
}
