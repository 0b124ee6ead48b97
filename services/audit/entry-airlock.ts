/** What the airlock records: releases by their id, files by number, size and hash; what people wrote is sealed beside. */
import { z } from 'zod'
import { count, decision, hash, permit, text } from './entry-words.ts'

/** Of one release: twenty at most. */
const releasedFiles = z.array(z.strictObject({ bytes: count, sha256: hash })).max(20)

export const airlockBodies = [
  z.strictObject({ type: z.literal('airlock.opened'), release: text, permit }),
  z.strictObject({
    type: z.literal('airlock.filed'),
    release: text,
    file: count,
    bytes: count,
    /** Absent while it is only announced. */
    sha256: hash.optional(),
  }),
  /** Withheld cells are asked of the rows, to be sealed for the checkers: before it is done, and nothing is released by it. */
  z.strictObject({
    type: z.literal('airlock.exact'),
    release: text,
    /** The past query whose text is asked again. */
    query: text,
    /** The query that asks it, whose entries tell the rest. */
    run: text,
    permit,
    statement: hash,
    plan: hash,
    decision,
    released: z.literal(false),
  }),
  z.strictObject({ type: z.literal('airlock.removed'), release: text, file: count }),
  z.strictObject({
    type: z.literal('airlock.requested'),
    release: text,
    round: count,
    permit,
    files: releasedFiles,
    /** What the machine found, by weight. */
    serious: count,
    look: count,
  }),
  z.strictObject({
    type: z.literal('airlock.read'),
    release: text,
    file: count,
    /** `exact`: with the cells that the rules withhold; size and hash are those of the answer without them. */
    part: z.enum(['file', 'findings', 'exact', 'exact-findings']),
    bytes: count,
    sha256: hash,
  }),
  z.strictObject({
    type: z.literal('airlock.reviewed'),
    release: text,
    round: count,
    vote: z.enum(['approve', 'refuse', 'changes']),
  }),
  z.strictObject({ type: z.literal('airlock.returned'), release: text, round: count }),
  z.strictObject({
    type: z.literal('airlock.released'),
    release: text,
    round: count,
    permit,
    files: releasedFiles,
    /** Of the signed record. */
    record: hash,
    decision,
    /** Cells among them that the rules withhold. */
    exact: count.optional(),
  }),
  z.strictObject({ type: z.literal('airlock.refused'), release: text, round: count, files: releasedFiles }),
  z.strictObject({ type: z.literal('airlock.withdrawn'), release: text, cause: z.enum(['asker', 'time']) }),
  z.strictObject({ type: z.literal('airlock.delivered'), release: text, bytes: count, sha256: hash }),
  z.strictObject({ type: z.literal('airlock.destroyed'), release: text, files: releasedFiles }),
] as const
