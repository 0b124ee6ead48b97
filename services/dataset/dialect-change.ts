/** How a file that is here already is to be read: its dialect is corrected without sending it again. */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type DepositNeeds, openPlace } from './deposit.ts'
import { type Media, mediaOf } from './media.ts'

export interface DialectAsked {
  readonly charset?: string | undefined
  readonly delimiter?: string | undefined
  readonly decimal?: string | undefined
  readonly dateFormat?: string | undefined
  readonly header?: string | undefined
}

/** Files whose form is announced: of text, in lines. */
const types: Readonly<Partial<Record<Media['kind'], string>>> = { csv: 'text/csv', fixed: 'text/plain' }

/**
 * Announces the file of a table anew, whole: what is left out is detected. The bytes stay, and so does their hash. NOT_FOUND without
 * a file, WRONG_STATE once it was submitted, UNSUPPORTED_TYPE for a file that has no dialect, INVALID for one that has no meaning.
 */
export async function changeDialect(
  needs: Pick<DepositNeeds, 'register' | 'audit'>,
  by: Person,
  { dialect, ...asked }: { readonly deposit: string; readonly table: string; readonly dialect: DialectAsked },
): Promise<{ readonly table: string; readonly bytes: number; readonly sha256: string }> {
  const { deposit, table } = await openPlace(needs, by, asked)
  const file = (await needs.register.files(deposit.id)).find((one) => one.table === table)
  if (file === undefined) throw new Refusal('NOT_FOUND')
  const media = announced(file.media, dialect)
  const { bytes, sha256 } = file
  const entry = { type: 'deposit.received', dataset: deposit.dataset, deposit: deposit.id } as const
  await needs.audit.append({ ...entry, table, bytes, sha256 }, { by, holders: [by.organisation] })
  const isSame = await needs.register.announce(deposit.id, { ...file, media })
  if (!isSame) throw new Refusal('CONFLICT', { rule: 'deposit.file' })
  return { table, bytes, sha256 }
}

function announced({ kind, packing }: Media, { charset, ...dialect }: DialectAsked): Media {
  const type = types[kind]
  if (type === undefined) throw new Refusal('UNSUPPORTED_TYPE', { rule: 'deposit.dialect' })
  const contentType = charset === undefined ? type : `${type}; charset=${charset}`
  return { ...mediaOf({ contentType, dialect }), packing }
}
