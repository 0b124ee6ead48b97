/** What a data holder declares: a Data Package v2 descriptor with the members of the contract, section 4. */
import { z } from 'zod'
import { noticeSchema } from './notice.ts'

/** Names are SQL identifiers that need no quotes, so that text, file and page say the same word. */
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]{0,62}$/)
const datasetName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

export const fieldRoles = ['unit', 'key', 'unit-reference', 'quasi-identifier', 'sensitive'] as const
export const fieldTypes = ['string', 'integer', 'number', 'boolean', 'date', 'datetime', 'time'] as const

const code = z.union([z.string().max(200), z.number()])

const fieldSchema = z.object({
  name,
  type: z.enum(fieldTypes).default('string'),
  title: z.string().max(300).optional(),
  description: z.string().max(3000).optional(),
  role: z.enum(fieldRoles).optional(),
  /** The legal quasi-identifier that this column is: a code of the vocabulary, tagged by its holder (governance.md 2.8). */
  quasiIdentifier: z
    .string()
    .regex(/^[A-Z][A-Z_]{0,59}$/)
    .optional(),
  unit: z.string().max(40).optional(),
  bounds: z.tuple([z.number(), z.number()]).optional(),
  restrict: z.array(z.enum(['filter', 'group-by', 'output'])).optional(),
  format: z.string().max(100).optional(),
  /** Where a fixed-width file has the field: its first character, from 1, and how many there are. */
  position: z.tuple([z.number().int().min(1).max(100_000), z.number().int().min(1).max(100_000)]).optional(),
  /** The codes of a column, as Table Schema has them: for readers and the synthetic twin, never checked against data. */
  categories: z
    .array(z.union([code, z.object({ value: code, label: z.string().max(300).optional() })]))
    .min(1)
    .max(1000)
    .optional(),
  constraints: z
    .object({
      required: z.boolean().optional(),
      unique: z.boolean().optional(),
      /** The nomenclature: values outside it are counted in the label of the version. */
      enum: z.array(z.string().max(300)).min(1).max(10_000).optional(),
    })
    .optional(),
})
export type Field = z.infer<typeof fieldSchema>

const keyFields = z.union([name.transform((one) => [one]), z.array(name).min(1)])

const resourceSchema = z.object({
  name,
  title: z.string().max(300).optional(),
  description: z.string().max(3000).optional(),
  class: z.enum(['personal', 'public']).optional(),
  schema: z.object({
    primaryKey: keyFields.optional(),
    foreignKeys: z
      .array(
        z.object({ fields: keyFields, reference: z.object({ resource: z.string(), fields: keyFields }) }),
      )
      .optional(),
    fields: z.array(fieldSchema).min(1).max(10_000),
  }),
})
export type Resource = z.infer<typeof resourceSchema>

export const descriptorSchema = z.object({
  name: datasetName,
  title: z.string().max(300).optional(),
  description: z.string().max(3000).optional(),
  kind: z.enum(['personal', 'non-personal']),
  /** Who the units are: persons, the staff among them, or establishments of a dataset that is not personal. */
  entity: z.enum(['person', 'staff', 'establishment']).optional(),
  holder: z.string().min(1).max(100),
  domain: z.string().min(1).max(100).optional(),
  threshold: z.number().int().min(3).max(1000).default(11),
  keywords: z.array(z.string().min(1).max(100)).max(50).optional(),
  catalogue: noticeSchema.optional(),
  resources: z.array(resourceSchema).min(1).max(200),
})
export type Descriptor = z.infer<typeof descriptorSchema>
/** A descriptor as somebody writes it: what has a default may be left out. */
export type DescriptorText = z.input<typeof descriptorSchema>
