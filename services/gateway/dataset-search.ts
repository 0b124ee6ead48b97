/** What the API and the page of the catalogue have in common: how a search is asked, and how holders are called. */
import { z } from 'zod'
import type { House } from './house.ts'

/** Datasets of one page of a search. */
export const pageSize = 50

/** An empty field of a form asks for nothing. */
const word = z
  .string()
  .max(200)
  .transform((given) => (given === '' ? undefined : given))
  .optional()

export const datasetFilter = {
  q: word.meta({
    description: 'Words of title, keywords, holder, description, tables and columns, whatever their accents',
  }),
  holder: word.meta({ description: 'Identifier of an organisation' }),
  theme: word.meta({ description: 'A keyword of the holder' }),
  kind: word.meta({ description: 'personal or non-personal' }),
}

/** The name of an organisation by its identifier; the identifier itself where this node knows no name. */
export async function organisationNames({
  reports,
}: Pick<House, 'reports'>): Promise<(organisation: string) => string> {
  const names = new Map((await reports.accounts.organisations()).map(({ id, name }) => [id, name]))
  return (organisation) => names.get(organisation) ?? organisation
}
