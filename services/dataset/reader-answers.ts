/** The answers of the process that reads deposits. It is ours but what it has eaten is not: each is checked for its shape. */
import { z } from 'zod'
import { fieldRoles, fieldTypes } from './descriptor.ts'
import type { Finding } from './finding.ts'
import type { TablePreview } from './preview.ts'
import { qualitySchema } from './quality/label.ts'

const findingSchema = z.strictObject({
  severity: z.enum(['error', 'quarantine', 'warning']),
  rule: z.string().max(40),
  table: z.string().max(64).optional(),
  column: z.string().max(20_000).optional(),
  line: z.number().int().optional(),
  lines: z.array(z.number().int()).max(1000).optional(),
  count: z.number().int().nonnegative(),
  with: z.record(z.string().max(20), z.union([z.string().max(1000), z.number()])).optional(),
})
/** Rules are looked up when shown. */
export const findingsSchema = z.array(findingSchema).max(100_000) as unknown as z.ZodType<readonly Finding[]>

const count = z.number().int().nonnegative()
const readingSchema = z.strictObject({
  kind: z.enum(['csv', 'fixed', 'ndjson', 'fhir', 'parquet', 'arrow-stream', 'arrow-file']),
  charset: z.string().max(20).exactOptional(),
  delimiter: z.string().max(20).exactOptional(),
  decimal: z.string().max(20).exactOptional(),
  dateFormat: z.string().max(20).exactOptional(),
  header: z.boolean().exactOptional(),
})
export const readSchema = z.strictObject({ rows: count, findings: findingsSchema, reading: readingSchema })

/** Beginnings of first-level pseudonyms. */
export const keysSchema = z.array(z.string().regex(/^h1k\d{2}$/)).max(100)

export const previewSchema: z.ZodType<Omit<TablePreview, 'table'>> = z.strictObject({
  rows: count,
  findings: findingsSchema,
  reading: readingSchema,
  columns: z
    .array(
      z.strictObject({
        name: z.string().max(64),
        declared: z.enum(fieldTypes),
        detected: z.enum([...fieldTypes, 'other']).nullable(),
        dateFormat: z.string().max(20).exactOptional(),
        decimal: z.string().max(20).exactOptional(),
        role: z.enum(fieldRoles).exactOptional(),
        empty: z.number().min(0).max(1),
        unreadable: count,
        // A shape has no letter and no digit of the file: a longer or richer one is none.
        shape: z
          .string()
          .regex(/^[Aa9?/:.,+()_ -]{1,30}$/)
          .exactOptional(),
      }),
    )
    .max(10_000),
})

const columnSchema = z.strictObject({ name: z.string().max(64), type: z.string().max(40) })
export const writtenSchema = z.strictObject({
  name: z.string().max(64),
  file: z.string().max(80),
  rows: count,
  columns: z.array(columnSchema),
})

export const measuredSchema = z.strictObject({ quality: qualitySchema, findings: findingsSchema })

/** How Arrow files go in, and why not the quick way. */
export const routeSchema = z.strictObject({
  kind: z.enum(['direct', 'values']),
  why: z.string().max(20).optional(),
})
