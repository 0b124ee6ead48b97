/** The register of incidents: the DPO keeps it, the authority reads it. */
import { z } from 'zod'
import { type Incident, incidentClocks, incidentFacts } from '../../review/incident.ts'
import {
  closeIncident,
  decideOnPersons,
  describeIncident,
  notifyIncident,
  openIncident,
} from '../../review/incident-acts.ts'
import type { House } from '../house.ts'
import type { Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'
import { incident, shownIncident } from './incident-shapes.ts'

const path = '/api/v1/incidents'
const words = z.string().trim().min(1).max(4000)
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .meta({ override: { type: 'string', format: 'date-time' } })

const byId = z.strictObject({ id: z.string().max(40) })
const one = { 200: { description: 'The incident', schema: incident } }
const dpo = { who: ['dpo'], sees: 'house' } as const

const readings: readonly Route[] = [
  route({
    method: 'get',
    path,
    summary: 'The register of incidents, the newest first; DPO and authority',
    authorisation: { who: ['dpo', 'authority'], sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'All of them', schema: z.object({ incidents: z.array(incident) }) } },
    handler: async (house) => {
      const all = await house.review.incidents.list()
      return { json: { incidents: all.map((each) => shownIncident(house, each)) } }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{id}`,
    summary: 'One incident with its clocks; DPO and authority',
    authorisation: { who: ['dpo', 'authority'], sees: 'house' },
    records: 'read',
    params: byId,
    responses: one,
    handler: async (house, { params }) => answer(house, await house.review.incidents.read(params.id)),
  }),
]

const acts: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary:
      'Opens an incident, from an entry of the log or by itself; its clocks run from the detection. DPO',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'own',
    body: z.strictObject({
      title: z.string().trim().min(1).max(200),
      detected: instant.optional().meta({ description: 'Now if left out' }),
      entry: z.strictObject({ shard: z.string().regex(/^\d{4}$/), seq: z.number().int().min(0) }).optional(),
    }),
    responses: { 201: { description: 'The incident', schema: incident } },
    handler: async (house, { by, body: { title, detected, entry } }) => {
      const opened = await openIncident(house.review, by, {
        title,
        ...(detected !== undefined && { detectedAt: detected }),
        ...(entry && { entry }),
      })
      return { status: 201, json: shownIncident(house, opened) }
    },
  }),
  route({
    method: 'put',
    path: `${path}/{id}/facts`,
    summary: 'Writes down what GDPR 33(5) wants kept; DPO. What stood there stays in the log',
    authorisation: dpo,
    records: 'own',
    params: byId,
    body: incidentFacts,
    responses: one,
    handler: async (house, { by, params, body: facts }) =>
      answer(house, await describeIncident(house.review, by, { ...params, facts })),
  }),
  route({
    method: 'post',
    path: `${path}/{id}/notices`,
    summary: 'Answers one clock: a notice was sent, or none is due; DPO. What was late says why in `delay`',
    authorisation: dpo,
    records: 'own',
    params: byId,
    body: z.strictObject({
      clock: z.enum(incidentClocks),
      answer: z.enum(['sent', 'not-due']),
      at: instant.optional().meta({ description: 'Now if left out' }),
      text: words,
      delay: words.optional(),
    }),
    responses: one,
    handler: async (house, { by, params, body: { at, delay, ...body } }) => {
      const given = { ...(at !== undefined && { at }), ...(delay !== undefined && { delay }) }
      return answer(house, await notifyIncident(house.review, by, { ...params, ...body, ...given }))
    },
  }),
  route({
    method: 'post',
    path: `${path}/{id}/persons`,
    summary: 'Whether the persons are told, and why (GDPR 34); DPO. The last word counts',
    authorisation: dpo,
    records: 'own',
    params: byId,
    body: z.strictObject({ decision: z.enum(['told', 'not-told']), reason: words }),
    responses: one,
    handler: async (house, { by, params, body }) =>
      answer(house, await decideOnPersons(house.review, by, { ...params, ...body })),
  }),
  route({
    method: 'post',
    path: `${path}/{id}/closing`,
    summary: 'Closes an incident that lacks nothing; DPO. 422 INCOMPLETE names what lacks',
    authorisation: dpo,
    records: 'own',
    params: byId,
    body: z.strictObject({}),
    responses: one,
    handler: async (house, { by, params }) => answer(house, await closeIncident(house.review, by, params.id)),
  }),
]

export const incidentRoutes: readonly Route[] = [...readings, ...acts]

function answer(house: House, found: Incident): Reply {
  return { json: shownIncident(house, found) }
}
