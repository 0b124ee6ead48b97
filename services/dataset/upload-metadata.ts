/** The header `Upload-Metadata` of tus 1.0: what a PUT says in its path, its query string and its headers. Pure. */
import { z } from 'zod'
import { Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { type Media, mediaOf } from './media.ts'

/** A closed list: a file name may name a patient, so none is taken. */
const membersSchema = z.strictObject({
  deposit: z.string().max(100),
  table: z.string().max(100),
  contentType: z.string().max(200),
  contentEncoding: z.string().max(40).optional(),
  delimiter: z.string().optional(),
  decimal: z.string().optional(),
  dateFormat: z.string().optional(),
  header: z.string().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})

const longest = 4096

interface UploadMetadata {
  readonly deposit: string
  readonly table: string
  readonly media: Media
  readonly sha256?: string
}

/** INVALID with the member at fault; the refusals of `mediaOf`. */
export function readMetadata(header: string): UploadMetadata {
  if (header.length > longest) throw unreadable('Upload-Metadata')
  const pairs = header.split(',').map((pair) => pair.trim().split(' '))
  const members = new Map(pairs.map(([key = '', value = '']) => [key, decoded(value)]))
  if (members.size !== pairs.length || pairs.some((pair) => pair.length > 2)) {
    throw unreadable('Upload-Metadata')
  }
  const parsed = membersSchema.safeParse(Object.fromEntries(members))
  if (!parsed.success) throw unreadable(parsed.error.issues[0]?.path.join('.') || 'Upload-Metadata')
  const { deposit, table, contentType, contentEncoding, sha256, ...given } = parsed.data
  const media = mediaOf({ contentType, contentEncoding, dialect: given })
  return { deposit, table, media, ...(sha256 === undefined ? {} : { sha256 }) }
}

function decoded(value: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw unreadable('Upload-Metadata')
  return Buffer.from(value, 'base64').toString('utf8')
}

/** INVALID: a header, or a member of one, that is absent or has no meaning. Its value is not repeated. */
export function unreadable(path: string): Refusal {
  const sentence = { key: 'missing.upload.header' }
  return new Refusal('INVALID', {
    rule: 'upload.header',
    missing: [{ path, message: say('en', sentence), sentence }],
  })
}
