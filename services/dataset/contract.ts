/** The deposit contract of a dataset (governance.md 11): what its holder promises of every deposit. Pure. */
import { z } from 'zod'
import { addDays, addMonths, parisDay } from '../kernel/clock.ts'
import { type Descriptor, type Field, fieldRoles } from './descriptor.ts'
import type { Finding } from './finding.ts'

const frequencies = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'irregular'] as const

/** A role of a column, `plain` for a column without one, or a code of the legal quasi-identifiers. */
const category = z.union([
  z.enum([...fieldRoles, 'plain']),
  z.string().regex(/^[A-Z][A-Z_]{0,59}$/, 'role, "plain" or code'),
])

export const contractSchema = z.strictObject({
  frequency: z.enum(frequencies).meta({ description: 'A version is expected this often' }),
  categories: z.array(category).min(1).max(100).meta({
    description:
      'What columns may be: roles, "plain", or codes of quasi-identifiers. A column of another kind refuses the deposit',
  }),
  contact: z.strictObject({ name: z.string().min(1).max(300), email: z.email().optional() }),
  optOutFile: z.enum(['required', 'none']).meta({
    description: 'required: no deposit before the holder registered a list, or signed how many it applied',
  }),
  manifest: z.enum(['required', 'optional']),
  retention: z
    .strictObject({ months: z.number().int().min(1).max(1200) })
    .optional()
    .meta({ description: 'How long a version is kept' }),
})
export type Contract = z.infer<typeof contractSchema>

function categoryOf({ quasiIdentifier, role }: Field): string {
  return quasiIdentifier ?? role ?? 'plain'
}

/** Columns of a kind that the contract does not name: each an error. */
export function categoryFindings(contract: Contract, { resources }: Descriptor): readonly Finding[] {
  const agreed = new Set<string>(contract.categories)
  return resources.flatMap(({ name: table, schema }) =>
    schema.fields.flatMap((field) => {
      const kind = categoryOf(field)
      return agreed.has(kind) ? [] : [outside('error', { table, column: field.name, kind })]
    }),
  )
}

/**
 * Columns that look like a quasi-identifier which the contract does not name, from the tags that were proposed: somebody has to
 * look before the deposit is published. A column declared as a quasi-identifier is one already.
 */
export function taggedOutside(
  contract: Contract,
  { resources }: Descriptor,
  findings: readonly Finding[],
): readonly Finding[] {
  const agreed = new Set<string>(contract.categories)
  const declared = new Set(
    resources.flatMap(({ name, schema }) =>
      schema.fields.flatMap((field) => (field.role === 'quasi-identifier' ? [`${name}.${field.name}`] : [])),
    ),
  )
  return findings.flatMap(({ rule, table = '', column = '', with: facts }) => {
    const kind = String(facts?.code)
    const isKnown = rule !== 'quasi-identifier' || agreed.has(kind) || declared.has(`${table}.${column}`)
    return isKnown ? [] : [outside('quarantine', { table, column, kind })]
  })
}

interface Outside {
  readonly table: string
  readonly column: string
  readonly kind: string
}

function outside(severity: Finding['severity'], { table, column, kind }: Outside): Finding {
  return { severity, rule: 'contract.category', table, column, count: 1, with: { kind } }
}

const months = { monthly: 1, quarterly: 3, yearly: 12 } as const
const days = { daily: 1, weekly: 7 } as const

/** The day by which the next version is expected after one of that instant; null where no day was promised. */
function expectedBy({ frequency }: Contract, publishedAt: number): string | null {
  const day = parisDay(publishedAt)
  if (frequency === 'irregular') return null
  if (frequency === 'daily' || frequency === 'weekly') return addDays(day, days[frequency])
  return addMonths(day, months[frequency])
}

/** What everybody is told of the next version; empty where none is expected. A day is over when the next one begins in Paris. */
export function expectation(
  contract: Contract | undefined,
  publishedAt: number | undefined,
  now: number,
): { readonly expectedBy?: string; readonly late?: boolean } {
  if (contract === undefined || publishedAt === undefined) return {}
  const day = expectedBy(contract, publishedAt)
  return day === null ? {} : { expectedBy: day, late: parisDay(now) > day }
}
