import { z } from 'zod'
import { contractSchema } from '../../dataset/contract.ts'
import { readContract, setContract } from '../../dataset/contracts.ts'
import { type Route, route } from '../route.ts'

const contract = contractSchema.meta({ id: 'DepositContract' })
const params = z.strictObject({ name: z.string().max(100) })
const path = '/api/v1/datasets/{name}/contract'
const about = ({ name }: { name: string }) => ({ dataset: name })

export const contractRoutes: readonly Route[] = [
  route({
    method: 'put',
    path,
    summary: 'What the holder promises of every deposit; holder of the dataset',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'own',
    params,
    body: contract,
    about,
    responses: { 200: { description: 'The contract in force', schema: contract } },
    handler: async (house, { by, params: { name }, body }) => ({
      json: await setContract(house.dataset, by, { dataset: name, contract: body }),
    }),
  }),
  route({
    method: 'get',
    path,
    summary: 'The deposit contract in force; its holder, the DPO',
    authorisation: { who: ['holder', 'dpo'], sees: 'holder-and-dpo' },
    records: 'read',
    params,
    about,
    responses: { 200: { description: 'The contract in force', schema: contract } },
    handler: async (house, { by, params: { name } }) => ({
      json: await readContract(house.dataset, by, name),
    }),
  }),
]
