import { z } from 'zod'
import { readEffects } from '../../dataset/opt-out-effect.ts'
import { readOptOuts, registerOptOuts, reverseOptOut } from '../../dataset/opt-outs.ts'
import { receiptMembers } from '../problem.ts'
import { type Route, route } from '../route.ts'

const receipt = z
  .object({
    number: z.number().int(),
    effectiveAt: z.iso
      .datetime()
      .meta({ description: 'In no new version and no extract of a new project from here on' }),
    openProjectsBy: z.iso
      .datetime()
      .meta({ description: 'In no extract of an open project from here on, at the latest' }),
    reversedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'OptOutReceipt' })

const list = z
  .object({
    domain: z.string(),
    version: z.number().int().meta({ description: 'Of the list; 0 when nobody has objected' }),
    receipts: z.array(receipt),
  })
  .meta({ id: 'OptOuts' })

const filed = list
  .extend({
    filed: z.object({
      persons: z.string().meta({ description: 'How many were filed, as a band' }),
      effectiveAt: z.iso.datetime(),
      openProjectsBy: z.iso.datetime(),
      nonce: z.string().meta({ description: 'Kept by nobody else: with the pseudonyms it gives the hash' }),
      sha256: z.string().meta({ description: 'In the entry of the log' }),
      receipt: z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() }),
    }),
  })
  .meta({ id: 'FiledOptOuts' })

const effect = z
  .object({
    project: z.string(),
    mode: z.enum(['strict', 'ehds71_3']),
    domains: z.array(
      z.object({
        domain: z.string(),
        version: z.number().int().meta({ description: 'Of the list that the extracts rest on' }),
        state: z
          .enum(['applied', 'waiting', 'overdue', 'kept'])
          .meta({ description: 'kept: the permit leaves its open project as it is' }),
        by: z.iso.datetime().optional().meta({ description: 'Those who wait are out by then' }),
        changes: z.array(
          z.object({
            at: z.iso.datetime(),
            generation: z.number().int(),
            version: z.number().int(),
            removed: z.string().meta({ description: 'A band: under k nothing but that' }),
            because: z.enum(['batch', 'delay']),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'OptOutEffects' })

const byName = z.strictObject({ name: z.string().max(100) })
const path = '/api/v1/datasets/{name}/opt-outs'
const about = ({ name }: { name: string }) => ({ dataset: name })

export const optOutRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary: 'Registers persons who object, by first-level pseudonym; holder of the dataset',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byName,
    body: z.strictObject({ pseudonyms: z.array(z.string().max(100)).min(1).max(5000) }),
    about,
    responses: { 201: { description: 'Their receipts, those who stood already included', schema: filed } },
    handler: async (house, { by, params: { name }, body: { pseudonyms } }) => {
      const answer = await registerOptOuts(house.dataset, by, { dataset: name, pseudonyms })
      const receipt = receiptMembers(answer.filed.receipt)
      return { status: 201, json: { ...answer, filed: { ...answer.filed, receipt } } }
    },
  }),
  route({
    method: 'get',
    path,
    summary: 'Receipts of the domain of a dataset, as of an instant, without pseudonyms; its holder, the DPO',
    authorisation: { who: ['holder', 'dpo'], sees: 'holder-and-dpo' },
    records: 'read',
    params: byName,
    query: z.strictObject({ at: z.iso.datetime().optional() }),
    about,
    responses: { 200: { description: 'The list', schema: list } },
    handler: async (house, { by, params: { name }, query: { at } }) => ({
      json: await readOptOuts(house.dataset, by, {
        dataset: name,
        ...(at !== undefined && { at: Date.parse(at) }),
      }),
    }),
  }),
  route({
    method: 'post',
    path: `${path}/{number}/reversal`,
    summary: 'Ends an opt-out; the holder that registered it',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params: byName.extend({ number: z.coerce.number().int().positive() }),
    about,
    responses: { 200: { description: 'The receipt', schema: receipt } },
    handler: async (house, { by, params: { name, number } }) => ({
      json: await reverseOptOut(house.dataset, by, { dataset: name, number }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{id}/opt-outs',
    summary: 'What opt-outs did to the extracts of a project; its lead, the DPO, the holders of its lines',
    authorisation: { who: 'account', sees: 'objections' },
    records: 'read',
    params: z.strictObject({ id: z.string().max(100) }),
    about: ({ id }) => ({ project: id }),
    responses: { 200: { description: 'By domain, as bands', schema: effect } },
    handler: async (house, { by, params: { id } }) => ({
      json: await readEffects({ permits: house.habilitation.permits, bulles: house.bulles }, by, id),
    }),
  }),
]
