import { z } from 'zod'
import { readOptOuts, registerOptOuts, reverseOptOut } from '../../dataset/opt-outs.ts'
import { type Route, route } from '../route.ts'

const receipt = z
  .object({
    number: z.number().int(),
    effectiveAt: z.iso.datetime().meta({ description: 'In no extract of a new project from here on' }),
    openProjectsBy: z.iso
      .datetime()
      .meta({ description: 'In no extract that is built for an open project from here on' }),
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

const byName = z.strictObject({ name: z.string().max(100) })
const path = '/api/v1/datasets/{name}/opt-outs'
const about = ({ name }: { name: string }) => ({ dataset: name })

export const optOutRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary: 'Registers persons who object, by first-level pseudonym; holder of the dataset',
    records: 'own',
    params: byName,
    body: z.strictObject({ pseudonyms: z.array(z.string().max(100)).min(1).max(5000) }),
    about,
    responses: { 201: { description: 'Their receipts, those who stood already included', schema: list } },
    handler: async (house, { by, params: { name }, body: { pseudonyms } }) => ({
      status: 201,
      json: await registerOptOuts(house.dataset, by, { dataset: name, pseudonyms }),
    }),
  }),
  route({
    method: 'get',
    path,
    summary: 'Receipts of the domain of a dataset, without pseudonyms; its holder, the DPO',
    records: 'read',
    params: byName,
    about,
    responses: { 200: { description: 'The list', schema: list } },
    handler: async (house, { by, params: { name } }) => ({
      json: await readOptOuts(house.dataset, by, name),
    }),
  }),
  route({
    method: 'post',
    path: `${path}/{number}/reversal`,
    summary: 'Ends an opt-out; the holder that registered it',
    records: 'own',
    params: byName.extend({ number: z.coerce.number().int().positive() }),
    about,
    responses: { 200: { description: 'The receipt', schema: receipt } },
    handler: async (house, { by, params: { name, number } }) => ({
      json: await reverseOptOut(house.dataset, by, { dataset: name, number }),
    }),
  }),
]
