/** Proofs of persons and the yearly review of their grants. */

import { z } from 'zod'
import { listReviews, openCampaign } from '../../habilitation/campaign.ts'
import { lackingProofs } from '../../habilitation/grant-state.ts'
import type { RecordedProof } from '../../identity/proof-table.ts'
import { type ProofAsked, readProofs, recordProof } from '../../identity/proofs.ts'
import { isoInstant } from '../../kernel/clock.ts'
import { type Route, route } from '../route.ts'

const name = z.string().min(1).max(100)
const actor = z.strictObject({ issuer: name, subject: name })
const kind = z.enum(['training', 'charter', 'review', 'workstation', 'affiliation'])

const asked = z
  .strictObject({
    person: actor.optional().meta({ description: 'Oneself when left out' }),
    proof: kind,
    version: name.optional().meta({ description: 'Of a training or a charter: the one in force' }),
    until: z.iso.date().optional().meta({ description: 'Last day of an affiliation' }),
    ended: z.boolean().optional().meta({ description: 'It ends now' }),
  })
  .meta({ id: 'ProofAsked' })

const recorded = z
  .object({
    person: z.object({ issuer: z.string(), subject: z.string() }),
    proof: kind,
    version: z.string().optional(),
    at: z.iso.datetime(),
    until: z.iso.datetime(),
    by: z.string(),
  })
  .meta({ id: 'Proof' })

const proofs = z.object({
  person: z.object({ issuer: z.string(), subject: z.string() }),
  lacking: z.array(z.string()).meta({ description: 'Proofs without which nobody is answered' }),
  standing: z.record(z.string(), z.iso.datetime()).meta({ description: 'Until when each stands, or stood' }),
  inForce: z.object({ training: z.string(), charter: z.string() }),
  history: z.array(recorded),
})

const review = z.object({
  habilitation: z.string(),
  project: z.string().nullable(),
  title: z.string(),
  issuer: z.string(),
  subject: z.string(),
  state: z.string(),
  dueAt: z.iso.datetime(),
  awaits: z.array(z.enum(['lead', 'manager'])),
})

const campaign = z.object({ due: z.iso.date(), habilitations: z.array(z.string()) })

function told({ at, until, by, ...proof }: RecordedProof) {
  return { ...proof, at: isoInstant(at), until: isoInstant(until), by: by.subject }
}

export const personRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/proofs',
    summary:
      'Records a personal proof or its end: training and affiliation by the registrar, charter and workstation by oneself, review by the line manager',
    authorisation: { who: 'account', sees: 'proof' },
    records: 'own',
    body: asked,
    responses: { 201: { description: 'The proof', schema: recorded } },
    handler: async (house, { by, body }) => ({
      json: told(await recordProof(house.proofs, by, body satisfies ProofAsked)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/proofs',
    summary:
      'The proofs of a person, oneself without a query; her line manager, the registrar and the DPO may ask',
    authorisation: { who: 'account', sees: 'person' },
    records: 'read',
    query: z.strictObject({ issuer: name.optional(), subject: name.optional() }),
    responses: { 200: { description: 'Proofs', schema: proofs } },
    handler: async (house, { by, query: { issuer = by.issuer, subject = by.subject } }) => {
      const { rules, clock } = house.proofs
      const { account, history } = await readProofs(house.proofs, by, { issuer, subject })
      const standing = Object.entries(account.proofs).map(([proof, until]) => [proof, isoInstant(until)])
      return {
        json: {
          person: { issuer, subject },
          lacking: lackingProofs(account, { now: clock.now(), rules }),
          standing: Object.fromEntries(standing),
          inForce: { training: rules.training.version, charter: rules.charter.version },
          history: history.map(told),
        },
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/habilitations/reviews',
    summary: 'The grants that the caller may see and when their review lapses, the most urgent first',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Reviews', schema: z.object({ reviews: z.array(review) }) } },
    handler: async (house, { by }) => ({ json: { reviews: await listReviews(house.habilitation, by) } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/habilitations/reviews/campaigns',
    summary: 'The DPO asks leads and line managers to confirm every person until a day; silence suspends',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'own',
    body: z.strictObject({ due: z.iso.date() }),
    responses: { 201: { description: 'What is to be reviewed', schema: campaign } },
    handler: async (house, { by, body }) => ({ json: await openCampaign(house.habilitation, by, body) }),
  }),
]
