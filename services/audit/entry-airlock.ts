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
    part: z.enum(['file', 'findings']),
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
  }),
  z.strictObject({ type: z.literal('airlock.refused'), release: text, round: count, files: releasedFiles }),
  z.strictObject({ type: z.literal('airlock.withdrawn'), release: text, cause: z.enum(['asker', 'time']) }),
  z.strictObject({ type: z.literal('airlock.delivered'), release: text, bytes: count, sha256: hash }),
  z.strictObject({ type: z.literal('airlock.destroyed'), release: text, files: releasedFiles }),
] as const
