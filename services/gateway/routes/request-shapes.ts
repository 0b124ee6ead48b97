/** What the API says of a draft: its progress, the meter, comments, documents, and the form itself. */
import { z } from 'zod'

const told = z.object({ fr: z.string(), en: z.string() })

const item = told.extend({
  path: z.string(),
  check: z.enum(['technical', 'semantic', 'contextual']),
})

/** By page of the form. */
export const progress = z
  .object({
    percent: z.number().int(),
    complete: z.boolean(),
    steps: z.array(
      z.object({
        step: z.string(),
        asked: z.number().int(),
        done: z.number().int(),
        percent: z.number().int(),
        missing: z.array(item),
        advice: z.array(item),
      }),
    ),
  })
  .meta({ id: 'Completeness' })

const grade = z.enum(['A', 'B', 'C', 'D', 'E'])

export const meter = z
  .object({
    grade,
    points: z.number().int(),
    columns: z.object({ asked: z.number().int(), existing: z.number().int() }),
    quasiIdentifiers: z.object({
      columns: z.array(z.object({ dataset: z.string(), table: z.string(), column: z.string() })),
      band: z.enum(['none', 'low', 'moderate', 'high', 'very-high']),
    }),
    scope: z.object({
      accessDays: z.number().int().nullable(),
      lines: z.number().int(),
      limitedInTime: z.number().int(),
      limitedInPopulation: z.number().int(),
    }),
    explanation: z.array(told),
    advice: told.extend({ grade }).nullable(),
  })
  .meta({ id: 'Minimisation', description: 'From the request and the catalogue alone, never from the data' })

export const thread = z.object({
  thread: z.string(),
  field: z.string(),
  audience: z.enum(['applicant', 'reviewers']),
  messages: z.array(z.object({ role: z.string(), by: z.string(), at: z.string(), text: z.string() })),
})

export const document = z.object({
  attachment: z.string(),
  name: z.string(),
  field: z.string(),
  bytes: z.number().int(),
  sha256: z.string(),
  at: z.string(),
})

export const form = z
  .object({
    steps: z.array(
      z.object({
        step: z.string(),
        label: told,
        fields: z.array(
          z.object({
            name: z.string(),
            label: told,
            help: told,
            required: z.boolean(),
            requiredBy: z.array(z.string()).meta({ description: 'Routes that ask for it besides' }),
            requiredWhen: told.nullable(),
            light: z.boolean().meta({ description: 'Also asked of a project useful to the sector' }),
            seenBy: z.array(z.enum(['applicant', 'instruction', 'holder', 'billing'])),
            public: z.enum(['yes', 'no', 'decided', 'part']),
            copied: z.boolean().meta({ description: 'Taken over by a copy' }),
            codes: z.array(z.string()).meta({ description: 'Names of `choices`' }),
            schema: z.unknown().meta({ description: 'JSON Schema of what may be sent' }),
          }),
        ),
      }),
    ),
    choices: z.record(
      z.string(),
      z.array(
        told.extend({
          code: z.string(),
          source: z.string(),
          until: z.string().nullable().meta({ description: 'Last day on which it may be used' }),
          family: z.enum(['snds', 'ehds', 'any']).optional(),
        }),
      ),
    ),
  })
  .meta({ id: 'RequestForm' })
