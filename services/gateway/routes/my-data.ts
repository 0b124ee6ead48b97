/** "Are my data used?": the register and the catalogue as somebody reads them whose data they are about. */
import { z } from 'zod'
import { cacheable } from '../cacheable.ts'
import { organisationNames } from '../dataset-search.ts'
import { myDataPage, myDataPath } from '../my-data-page.ts'
import { openRoute, type Route } from '../route.ts'

const query = z.strictObject({
  lang: z.enum(['fr', 'en']).optional(),
  holder: z.string().max(200).optional().meta({ description: 'Identifier of a data holder' }),
})

/** Comes before the pages of single requests, of which this is no name. */
export const myDataRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: myDataPath,
    summary: 'Which data of persons are asked by whom, and how to object',
    query,
    responses: { 200: { description: 'A page', types: ['text/html'] } },
    handler: async (house, { query: { lang, holder }, language }) => {
      const [datasets, requests, nameOf] = await Promise.all([
        house.catalogue.list(),
        house.register.read(),
        organisationNames(house),
      ])
      const { vocabularies } = house.habilitation.rulebook
      const about = { datasets, requests, nameOf, vocabularies, holder: holder === '' ? undefined : holder }
      return cacheable('text/html; charset=utf-8', myDataPage({ ...about, language: lang ?? language }))
    },
  }),
]
