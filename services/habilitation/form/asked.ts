/** Which fields are asked of a project: of all, of its kind, of its route. Pure. */
import { isBlank, routeFacts, type Surroundings } from '../around.ts'
import { type Body, body as schema } from '../request.ts'
import { aboutOf } from './field.ts'

export type Around = Pick<Surroundings, 'vocabularies'>

const fields = Object.entries(schema.shape).map(([name, field]) => ({ name, about: aboutOf(field) }))

/** The fields that every project of this kind must fill in; a light one only those of governance.md 4 that are marked so. */
export function askedAlways(kind: Body['kind']): readonly string[] {
  return fields
    .filter(({ about }) => about.required && (about.light || kind !== 'SECTOR_USEFUL'))
    .map(({ name }) => name)
}

/** Those, the summary or its absence, and what the route asks for besides. */
export function askedOf(body: Body, around: Around): readonly string[] {
  const summary = isBlank(body.summaryWithheldReason) ? 'summaryLay' : 'summaryWithheldReason'
  return [...new Set([...askedAlways(body.kind), summary, ...(routeFacts(body, around).requires ?? [])])]
}
