/** The reports that the law asks for, each a signed file; reading one is an entry of the log. */
import { z } from 'zod'
import { Refusal } from '../../kernel/refusal.ts'
import { makeReport } from '../../review/reports/make.ts'
import { formatNames, formats } from '../../review/reports/render.ts'
import { reportNames } from '../../review/reports/report.ts'
import { type Route, route } from '../route.ts'

const day = z.iso.date().optional()

export const reportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/reports/{name}',
    summary:
      'A report from permits and log: DPO and authority; `holder` also for the holder itself, its own. The hash of the file is in the log',
    authorisation: { who: ['dpo', 'authority', 'holder'], sees: 'statement' },
    records: 'own',
    params: z.strictObject({ name: z.string().max(40) }),
    query: z.strictObject({
      from: day.meta({ description: 'First day, in Paris' }),
      until: day.meta({ description: 'Last day, included; today if left out' }),
      organisation: z.string().max(100).optional().meta({ description: 'Whose statement, of `holder`' }),
      format: z.enum(formatNames).default('json'),
      lang: z.enum(['fr', 'en']).optional().meta({ description: 'That of the reader if left out' }),
    }),
    responses: {
      200: {
        description:
          'A file; the headers Huisclos-Receipt and Huisclos-Signature (JWS over the SHA-256 of the bytes) go with it',
        types: Object.values(formats).map((type) => type.split(';')[0] ?? type),
      },
    },
    handler: async (house, { by, params, query: { lang, ...query }, language: own }) => {
      const report = reportNames.find((one) => one === params.name)
      if (report === undefined) throw new Refusal('NOT_FOUND', { rule: 'report.unknown' })
      const language = lang ?? own
      const { bytes, jws, receipt } = await makeReport(house.reports, by, { ...query, report, language })
      const { log, seq, leaf } = receipt
      return {
        type: formats[query.format],
        content: bytes,
        headers: {
          'Content-Disposition': `attachment; filename="${report}.${query.format}"`,
          'Huisclos-Receipt': `${log} ${seq} ${leaf}`,
          'Huisclos-Signature': jws,
        },
      }
    },
  }),
]
