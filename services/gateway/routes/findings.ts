import { z } from 'zod'
import { readDeposit } from '../../dataset/deposit.ts'
import { findingHeads, findingRows } from '../../dataset/finding.ts'
import { csvOf } from '../../review/csv.ts'
import { type Route, route } from '../route.ts'
import { finding } from './deposits.ts'

const byId = z.strictObject({ id: z.string().max(100) })
const spoken = z.strictObject({ lang: z.enum(['fr', 'en']).optional() })

const path = '/api/v1/deposits/{id}/findings'

const attached = (id: string, ending: string) => ({
  'Content-Disposition': `attachment; filename="findings-${id.slice(0, 8)}.${ending}"`,
})

export const findingRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: `${path}.csv`,
    summary: 'What the checks found, as a file for a spreadsheet, in the language of the reader or `lang`',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: byId,
    query: spoken,
    responses: { 200: { description: 'One row per finding', types: ['text/csv'] } },
    handler: async (house, { by, params: { id }, query: { lang }, language }) => {
      const deposit = await readDeposit(house.dataset, by, { deposit: id, language: lang ?? language })
      return {
        type: 'text/csv; charset=utf-8',
        content: csvOf({ header: findingHeads, rows: findingRows(deposit.findings) }),
        headers: { 'Content-Language': lang ?? language, ...attached(deposit.id, 'csv') },
      }
    },
  }),
  route({
    method: 'get',
    path: `${path}.json`,
    summary: 'The same as JSON',
    authorisation: { who: ['holder'], sees: 'holder' },
    records: 'read',
    params: byId,
    query: spoken,
    responses: {
      200: {
        description: 'The findings',
        schema: z.object({ deposit: z.string(), status: z.string(), findings: z.array(finding) }),
      },
    },
    handler: async (house, { by, params: { id }, query: { lang }, language }) => {
      const one = await readDeposit(house.dataset, by, { deposit: id, language: lang ?? language })
      return {
        json: { deposit: one.id, status: one.status, findings: one.findings },
        headers: { 'Content-Language': lang ?? language, ...attached(one.id, 'json') },
      }
    },
  }),
]
