/**
 * Bytes in, UTF-8 out. A byte order mark decides, then what was declared, then detection: UTF-8 when every byte of the
 * file is, else what chardet makes of it, windows-1252 for all that is Western. ISO-8859-1 is read as what it says: its
 * bytes 0x80 to 0x9F are control characters, which a check then counts, and not the letters of windows-1252.
 */
import { isUtf8 } from 'node:buffer'
import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { Unreadable } from './inflate.ts'
import type { Charset } from './media.ts'

/** Passes text on as UTF-8. `push` throws Unreadable('encoding', line) at the first line that is not of the charset. */
export interface Decoder {
  push(chunk: Buffer): Buffer
  end(): Buffer
}

const marks: readonly (readonly [Charset, string, number])[] = [
  ['utf-8', 'efbbbf', 3],
  ['utf-16', 'fffe', 0],
  ['utf-16', 'feff', 0],
]

/** The charset that a byte order mark announces, and how many bytes of it to leave out. */
export function markOf(start: Buffer): { readonly charset: Charset; readonly bytes: number } | null {
  for (const [charset, mark, bytes] of marks) {
    if (start.subarray(0, mark.length / 2).toString('hex') === mark) return { charset, bytes }
  }
  return null
}

/**
 * Whether a text without a mark is UTF-16. Its plain letters are half NUL, always the same half, which UTF-8 allows and no
 * CSV file has: asked before UTF-8 is tried.
 */
export function isUtf16(start: Buffer): boolean {
  const bytes = start.subarray(0, 512)
  const nuls = [0, 0]
  for (const [index, byte] of bytes.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = nuls
  return Math.min(even, odd) === 0 && Math.max(even, odd) * 4 > bytes.length
}

/** What a file that is not UTF-8 is, judged by its beginning. */
export function guess(start: Buffer): Charset {
  const best = analyse(start)[0]?.name
  return best === 'UTF-16LE' || best === 'UTF-16BE' ? 'utf-16' : 'windows-1252'
}

export function openDecoder(charset: Charset): Decoder {
  return charset === 'utf-8' ? checkedUtf8() : recoded(charset)
}

function recoded(charset: Charset): Decoder {
  const decoder = iconv.getDecoder(charset)
  return {
    push: (chunk) => Buffer.from(decoder.write(chunk), 'utf8'),
    end: () => Buffer.from(decoder.end() ?? '', 'utf8'),
  }
}

function checkedUtf8(): Decoder {
  let carried = Buffer.alloc(0)
  let line = 1
  const pass = (bytes: Buffer): Buffer => {
    if (!isUtf8(bytes)) throw new Unreadable('encoding', line + badLine(bytes))
    line += lineEnds(bytes)
    return bytes
  }
  return {
    push(chunk) {
      const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
      const end = wholeCharacters(bytes)
      carried = Buffer.from(bytes.subarray(end))
      return pass(bytes.subarray(0, end))
    },
    end: () => pass(carried),
  }
}

/** Length of the longest prefix that does not end inside a character. */
function wholeCharacters(bytes: Buffer): number {
  const isContinuation = (byte: number) => byte >= 0x80 && byte < 0xc0
  let back = 1
  while (back < 4 && isContinuation(bytes[bytes.length - back] ?? 0)) back += 1
  const first = bytes[bytes.length - back] ?? 0
  return characterLength(first) > back ? bytes.length - back : bytes.length
}

/** Bytes of the character that begins with this one. */
function characterLength(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}

function lineEnds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}

/** Number of line ends before the first line that is not UTF-8. */
function badLine(bytes: Buffer): number {
  let count = 0
  let from = 0
  for (
    let at = bytes.indexOf(10);
    at >= 0 && isUtf8(bytes.subarray(from, at));
    at = bytes.indexOf(10, from)
  ) {
    count += 1
    from = at + 1
  }
  return count
}
