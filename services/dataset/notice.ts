/** What only the holder can say of a dataset in a public catalogue (governance.md 13). Every member may be left out. */
import { z } from 'zod'

const line = z.string().min(1).max(1000)
const resource = z.url({ protocol: /^https?$/ }).max(500)
const day = z.iso.date()

export const noticeSchema = z.strictObject({
  /** Whom to write to about the data; default the holder, by way of this node. */
  contactPoint: z
    .strictObject({ name: z.string().min(1).max(300), email: z.email().optional(), url: resource.optional() })
    .optional(),
  /** Where the persons live: identifiers of places, such as those of the EU authority tables. Default the country of the node. */
  spatial: z.array(resource).min(1).max(50).optional(),
  temporal: z.strictObject({ from: day, until: day.optional() }).optional(),
  /** What the data were collected for in the first place. */
  purposes: z.array(line).min(1).max(20).optional(),
  provenance: line.optional(),
  /** Points of article 51(1) of Regulation (EU) 2025/327. */
  healthCategories: z
    .array(z.string().regex(/^[a-q]$/))
    .min(1)
    .max(17)
    .optional(),
  /** Identifiers of concepts: what the data are about. */
  healthThemes: z.array(resource).min(1).max(50).optional(),
  /** Codes of the EU table of data themes, beside HEAL. */
  themes: z
    .array(z.string().regex(/^[A-Z]{4}$/))
    .max(13)
    .optional(),
  populationCoverage: line.optional(),
  legalBasis: z.array(line).min(1).max(10).optional(),
  personalData: z.array(line).min(1).max(30).optional(),
  typicalAge: z.tuple([z.number().int().min(0).max(130), z.number().int().min(0).max(130)]).optional(),
  /** A code of the EU table of frequencies. */
  periodicity: z
    .string()
    .regex(/^[A-Z_0-9]{2,30}$/)
    .optional(),
  codingSystems: z.array(resource).min(1).max(50).optional(),
  conformsTo: z.array(resource).min(1).max(50).optional(),
  /** What a researcher should know before asking: conditions of the holder, beyond the permit. */
  accessConditions: z.string().min(1).max(3000).optional(),
})
export type Notice = z.infer<typeof noticeSchema>
