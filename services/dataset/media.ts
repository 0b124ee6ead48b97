/** How a depositor announces a file: content type, charset, coding and CSV dialect (contract, section 5). */
import { z } from 'zod'
import { Refusal } from '../kernel/refusal.ts'

const charsets = ['utf-8', 'utf-16', 'windows-1252', 'iso-8859-1'] as const
export type Charset = (typeof charsets)[number]

const dateFormats = ['iso', 'dmy', 'compact', 'dmy-compact'] as const
export type DateFormat = (typeof dateFormats)[number]

const spelledDates: Readonly<Record<string, DateFormat>> = {
  iso: 'iso',
  'yyyy-mm-dd': 'iso',
  'aaaa-mm-jj': 'iso',
  '%y-%m-%d': 'iso',
  dmy: 'dmy',
  'dd/mm/yyyy': 'dmy',
  'jj/mm/aaaa': 'dmy',
  '%d/%m/%y': 'dmy',
  compact: 'compact',
  yyyymmdd: 'compact',
  aaaammjj: 'compact',
  '%y%m%d': 'compact',
  // Never detected: eight digits may be read both ways.
  'dmy-compact': 'dmy-compact',
  ddmmyyyy: 'dmy-compact',
  jjmmaaaa: 'dmy-compact',
  '%d%m%y': 'dmy-compact',
}

const spelledDelimiters: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t' }

/** Query string of a CSV upload; what is absent is detected. */
const dialectSchema = z.strictObject({
  delimiter: z
    .string()
    .transform((text) => spelledDelimiters[text.toLowerCase()] ?? text)
    .pipe(z.enum([';', ',', '\t', '|']))
    .optional(),
  decimal: z.enum([',', '.']).optional(),
  dateFormat: z
    .string()
    .transform((text) => spelledDates[text.toLowerCase()] ?? text)
    .pipe(z.enum(dateFormats))
    .optional(),
  header: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0']))
    .transform((text) => text === 'true' || text === '1')
    .optional(),
})
export type AskedDialect = z.infer<typeof dialectSchema>

type Kind = 'csv' | 'fixed' | 'ndjson' | 'fhir' | 'parquet' | 'arrow-stream' | 'arrow-file'

export interface Media {
  readonly kind: Kind
  /** What the file is wrapped in; null for none. */
  readonly packing: 'gzip' | 'zip' | null
  readonly charset?: Charset | undefined
  readonly dialect: AskedDialect
}

const kinds: Readonly<Record<string, Kind>> = {
  'application/vnd.apache.arrow.stream': 'arrow-stream',
  'application/vnd.apache.arrow.file': 'arrow-file',
  'application/vnd.apache.parquet': 'parquet',
  'text/csv': 'csv',
  // One CSV file in a zip file: what comes out of a French office is often sent so.
  'application/zip': 'csv',
  'text/plain': 'fixed',
  'application/x-ndjson': 'ndjson',
  'application/fhir+ndjson': 'fhir',
}

const spelledCharsets: Readonly<Record<string, Charset>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-16',
  'utf-16le': 'utf-16',
  'utf-16be': 'utf-16',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
  'iso-8859-1': 'iso-8859-1',
  latin1: 'iso-8859-1',
}

/** Understands the headers and the query string of an upload. UNSUPPORTED_TYPE and INVALID are its refusals. */
export function mediaOf(announced: {
  contentType: string | undefined
  contentEncoding?: string | undefined
  dialect?: unknown
}): Media {
  const [type = '', ...parameters] = (announced.contentType ?? '').split(';')
  const named = type.trim().toLowerCase()
  const kind = Object.hasOwn(kinds, named) ? kinds[named] : undefined
  if (kind === undefined) throw new Refusal('UNSUPPORTED_TYPE', { rule: 'deposit.content-type' })
  const packing = packingOf(named, announced.contentEncoding ?? 'identity')
  const dialect = dialectSchema.safeParse(announced.dialect ?? {})
  if (!dialect.success) {
    throw new Refusal('INVALID', {
      rule: 'deposit.dialect',
      missing: dialect.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    })
  }
  const charset = charsetOf(parameters)
  const isJson = kind === 'ndjson' || kind === 'fhir'
  if (isJson && charset !== undefined && charset !== 'utf-8') {
    throw new Refusal('UNSUPPORTED_TYPE', { rule: 'deposit.charset' })
  }
  return { kind, packing, charset, dialect: dialect.data }
}

function packingOf(type: string, encoding: string): Media['packing'] {
  const coding = encoding.trim().toLowerCase()
  const isZip = type === 'application/zip'
  if (coding === 'identity') return isZip ? 'zip' : null
  const isGzip = coding === 'gzip' || coding === 'x-gzip'
  // A zip file is compressed already: what is compressed twice is not unpacked twice.
  if (isZip || !isGzip) throw new Refusal('UNSUPPORTED_TYPE', { rule: 'deposit.content-encoding' })
  return 'gzip'
}

function charsetOf(parameters: readonly string[]): Charset | undefined {
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=')
    if (key.trim().toLowerCase() !== 'charset') continue
    const spelled = value.trim().replaceAll('"', '').toLowerCase()
    const charset = Object.hasOwn(spelledCharsets, spelled) ? spelledCharsets[spelled] : undefined
    if (charset === undefined) throw new Refusal('UNSUPPORTED_TYPE', { rule: 'deposit.charset' })
    return charset
  }
  return undefined
}
