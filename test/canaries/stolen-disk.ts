/** What somebody finds on a disk that was carried away: every byte of every file, whatever its name. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesIn } from './canaries.ts'

/** A text as bytes: as it is, in both orders of UTF-16, in hexadecimal, and in base64 wherever it may begin. */
export function formsOf(text: string): readonly Buffer[] {
  const utf16 = Buffer.from(text, 'utf16le')
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64')
    // Digits at both ends depend on what stands beside the text.
    return Buffer.from(whole.slice(before === 0 ? 0 : 4, -4))
  })
  const hex = Buffer.from(text).toString('hex')
  const texts = [text, text.toUpperCase(), hex, hex.toUpperCase()].map((one) => Buffer.from(one))
  return [...texts, utf16, Buffer.from(utf16).swap16(), ...base64]
}

/** Beginnings of files that anybody can read, or unpack and read. */
const beginnings: Readonly<Record<string, Buffer>> = {
  Parquet: Buffer.from('PAR1'),
  Arrow: Buffer.from('ARROW1'),
  'Arrow stream': Buffer.from([0xff, 0xff, 0xff, 0xff]),
  gzip: Buffer.from([0x1f, 0x8b, 0x08]),
  ZIP: Buffer.from('PK\x03\x04'),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  PDF: Buffer.from('%PDF'),
}

/** Invented rows, which anybody may have. */
const isPublic = (path: string) => path.startsWith('twins/')

/** A byte of no text, in UTF-16 neither: among hashes there is one sooner or later. */
const isNoText = (byte: number) => (byte > 0 && byte < 9) || (byte > 13 && byte < 32)

/** Text of which every line has as many cells as the first: a table that somebody sent. */
export function isTable(bytes: Buffer): boolean {
  if (bytes.subarray(0, 4096).some(isNoText)) return false
  const lines = bytes.subarray(0, 4096).toString('latin1').split('\n').slice(0, -1)
  return [';', ',', '\t'].some((mark) => {
    const cells = lines.map((line) => line.split(mark).length)
    return lines.length > 2 && (cells[0] ?? 0) > 2 && cells.every((count) => count === cells[0])
  })
}

/** What the thief reads below a folder: `what path`, of texts by their number and of files by their form. */
export async function readableIn(home: string, texts: readonly string[]): Promise<readonly string[]> {
  const forms = texts.map(formsOf)
  const readable: string[] = []
  for (const path of await filesIn(home)) {
    const bytes = await readFile(join(home, path)).catch(() => null)
    if (bytes === null) continue
    const hits = forms.flatMap((all, index) => (all.some((form) => bytes.includes(form)) ? [index] : []))
    const form = Object.keys(beginnings).find((name) => isBegun(bytes, name))
    const what = [
      ...hits.map((index) => `text ${index}`),
      ...(form ? [form] : isTable(bytes) ? ['table'] : []),
    ]
    if (!isPublic(path)) readable.push(...what.map((one) => `${one} ${path}`))
  }
  return readable
}

function isBegun(bytes: Buffer, name: string): boolean {
  const beginning = beginnings[name]
  return beginning !== undefined && bytes.subarray(0, beginning.length).equals(beginning)
}
