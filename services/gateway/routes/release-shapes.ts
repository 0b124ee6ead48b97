/** What the API says of releases. */
import { z } from 'zod'
import { context, fileTypes, states, votes } from '../../airlock/release.ts'

const actor = z.object({ issuer: z.string(), subject: z.string() })
const instant = z.iso.datetime()
const risk = z.enum(['none', 'risk'])
const place = z.object({ row: z.number().int().optional(), column: z.number().int().optional() })

const file = z.object({
  number: z.number().int(),
  name: z.string(),
  type: z.enum(fileTypes),
  bytes: z.number().int(),
  sha256: z.string().nullable().meta({ description: 'Null while it was not sent' }),
  source: z.union([
    z.object({
      kind: z.literal('query'),
      query: z.string(),
      seq: z.number().int(),
      statement: z.string(),
      suppressed: z.array(z.tuple([z.number().int(), z.number().int()])),
    }),
    z.object({ kind: z.literal('upload'), queries: z.array(z.string()) }),
  ]),
  context,
  exact: z
    .object({
      justification: z.string(),
      released: z
        .object({
          cells: z.array(z.tuple([z.number().int(), z.number().int()])),
          rules: z.record(z.string(), z.number().int()),
        })
        .optional(),
    })
    .optional()
    .meta({ description: 'Withheld cells are asked for; which of them left, once released' }),
  found: z
    .object({ serious: z.number().int(), look: z.number().int(), needsEyes: z.boolean() })
    .nullable()
    .meta({ description: 'What the machine found, counted; null before it was asked' }),
})

export const release = z
  .object({
    id: z.uuid(),
    project: z.string(),
    title: z.string(),
    purpose: z.string(),
    state: z.enum(states),
    turn: z.enum(['asker', 'checkers', 'nobody']),
    round: z.number().int(),
    asker: actor,
    permit: z.object({ id: z.string(), version: z.number().int(), sha256: z.string() }),
    openedAt: instant,
    askedAt: instant.nullable(),
    endedAt: instant.nullable(),
    destroyedAt: instant.nullable(),
    files: z.array(file),
    votes: z.object({ given: z.number().int(), wanted: z.number().int() }),
    reviews: z
      .array(
        z.object({
          round: z.number().int(),
          checker: z.number().int(),
          by: actor.optional(),
          own: z.boolean(),
          vote: z.enum(votes),
          comment: z.string(),
          verdicts: z.object({ singlingOut: risk, linkability: risk, inference: risk }),
          at: instant,
        }),
      )
      .meta({ description: 'Those that the reader may see' }),
    answers: z.array(z.object({ round: z.number().int(), text: z.string(), at: instant })),
    earlier: z.array(z.object({ id: z.string(), title: z.string(), endedAt: instant.nullable() })),
    offered: z.array(z.string()).meta({ description: 'What the reader may do now' }),
  })
  .meta({ id: 'Release' })

const receipt = z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() })
export const acted = release.extend({ receipt }).meta({ id: 'ReleaseAfterAct' })

export const findings = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string().nullable())),
    more: z.boolean(),
    k: z.number().int(),
    findings: z.array(
      place.extend({ rule: z.string(), weight: z.enum(['serious', 'look']), text: z.string() }),
    ),
    statistics: z.array(
      z.object({
        column: z.number().int(),
        name: z.string(),
        least: z.number(),
        leastNotZero: z.number().nullable(),
        greatest: z.number(),
        sum: z.number(),
        decimals: z.number().int(),
      }),
    ),
    compared: z.array(z.string()),
    needsEyes: z.boolean(),
    withheld: z
      .array(
        place.required().extend({
          persons: z.number().int(),
          rules: z.array(z.string()),
          isGiven: z.boolean(),
        }),
      )
      .meta({
        description: 'For checkers alone: cells that the rules withhold, with the persons behind each',
      }),
  })
  .meta({ id: 'ReleaseFindings' })
