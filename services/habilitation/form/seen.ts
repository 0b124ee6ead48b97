/** Who reads what of a body: the annotations of the fields, applied. Pure. */
import type { Account } from '../../identity/person.ts'
import { type Body, body as schema } from '../request.ts'
import { type Audience, aboutOf } from './field.ts'

const fields = Object.entries(schema.shape).map(([name, field]) => ({ name, about: aboutOf(field) }))

const instructing = ['dpo', 'ethics', 'authority', 'operator'] as const

/** What somebody who is neither applicant nor member is to a request. Fees are the business of the secretariat. */
export function audiencesOf({ roles }: Pick<Account, 'roles'>): readonly Audience[] {
  if (roles.includes('secretariat')) return ['instruction', 'billing']
  if (instructing.some((role) => roles.includes(role))) return ['instruction']
  return roles.includes('holder') ? ['holder'] : []
}

/** The members of a body that these audiences read; a holder reads the part where a field has one. */
export function seenOf(body: Body, audiences: readonly Audience[]): Body {
  const isHolder = !audiences.includes('instruction')
  const members: Readonly<Record<string, unknown>> = body
  const kept = fields.flatMap(({ name, about }): (readonly [string, unknown])[] => {
    const value = members[name]
    if (value === undefined || !about.seenBy.some((one) => audiences.includes(one))) return []
    return [[name, isHolder && about.part ? about.part(value) : value]]
  })
  // Members of a body, or the named part of one: what a reader is shown is never read back as a request.
  return Object.fromEntries(kept) as Body
}

/** What the public register may say of a body; some of it only once there is a decision. */
export function publicOf(body: Body, { decided }: { decided: boolean }): Body {
  const members: Readonly<Record<string, unknown>> = body
  const kept = fields.flatMap(({ name, about }): (readonly [string, unknown])[] => {
    const value = members[name]
    const isPublic = about.public === 'yes' || (about.public === 'decided' && decided)
    if (value === undefined || !isPublic) return []
    return [[name, about.part ? about.part(value) : value]]
  })
  // As above: named parts, for readers.
  return Object.fromEntries(kept) as Body
}

/** What a new request may take over from an older one: neither dates nor references nor signatures. */
export function copyOf(body: Body): Body {
  const members: Readonly<Record<string, unknown>> = body
  const kept = fields.filter(({ name, about }) => about.copied !== false && members[name] !== undefined)
  return Object.fromEntries(kept.map(({ name }) => [name, members[name]]))
}
