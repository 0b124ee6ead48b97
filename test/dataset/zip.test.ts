import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import iconv from 'iconv-lite'
import { mediaOf } from '../../services/dataset/media.ts'
import { readAs } from './reading.ts'
import { type ZipMember, zip } from './zip.ts'

const fields = [{ name: 'id', type: 'integer' }, { name: 'label' }]
const content = 'id;label\n1;Œuvre\n2;b\n'
const one: ZipMember = { name: 'séjours.csv', content }
const rows = [
  ['2', '1', 'Œuvre'],
  ['3', '2', 'b'],
]

const read = (body: Uint8Array, type = 'application/zip') => readAs(fields, { body, type })

describe('one CSV file in a zip file', () => {
  test.each<[string, Buffer]>([
    ['deflated', zip([one])],
    ['stored', zip([{ ...one, stored: true }])],
    ['written as a stream', zip([{ ...one, streamed: true }])],
    ['with a comment', zip([one], { comment: 'export du 01/01/2026' })],
  ])('%s is read like the file itself', async (_, body) => {
    expect(await read(body)).toEqual({ findings: [], rows })
  })

  test('is read in the charset that is announced', async () => {
    const body = zip([{ name: 'a.csv', content: iconv.encode(content, 'windows-1252') }])
    expect(await read(body, 'application/zip; charset=windows-1252')).toEqual({ findings: [], rows })
  })

  test('may be empty, and is then refused like an empty file', async () => {
    for (const stored of [true, false]) {
      const { findings } = await read(zip([{ name: 'a.csv', content: '', stored }]))
      expect(findings).toMatchObject([{ severity: 'error', rule: 'dialect' }])
    }
  })

  test('is not compressed once more', () => {
    const announced = { contentType: 'application/zip', contentEncoding: 'gzip' }
    expect(() => mediaOf(announced)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_TYPE' }))
  })
})

const sound = zip([one])
const patched = (at: number, value: number) => {
  const bytes = Buffer.from(sound)
  bytes.writeUInt32LE(value, at < 0 ? bytes.length + at : at)
  return bytes
}
const bomb = Buffer.concat([Buffer.from('id;label\n'), Buffer.alloc(20 * 1024 ** 2, '1;a\n')])

describe('a zip file is refused', () => {
  test.each<[string, Buffer, string]>([
    ['of two members', zip([one, { ...one, name: 'b.csv' }]), 'zip.members'],
    ['without a member', zip([]), 'zip.members'],
    ['of a folder alone', zip([{ name: 'a/', content: '', stored: true }]), 'zip.members'],
    ['that is encrypted', zip([{ ...one, flags: 1 }]), 'zip.encrypted'],
    ['that is encrypted as WinZip does', zip([{ ...one, method: 99 }]), 'zip.encrypted'],
    ['in another compression', zip([{ ...one, method: 14 }]), 'zip.method'],
    ['in zip64, told by its end', zip([one], { members: 0xffff }), 'zip.zip64'],
    ['in zip64, told by its member', zip([{ ...one, bytes: 0xffffffff }]), 'zip.zip64'],
    ['with a zip file inside', zip([{ name: 'a.csv', content: sound }]), 'zip.nested'],
    ['with a gzip file inside', zip([{ name: 'a.csv', content: gzipSync(content) }]), 'zip.nested'],
    ['that is a bomb', zip([{ name: 'a.csv', content: bomb }]), 'zip.ratio'],
    ['with a wrong checksum', zip([{ ...one, crc: 7 }]), 'zip'],
    ['with a wrong checksum, stored', zip([{ ...one, crc: 7, stored: true }]), 'zip'],
    ['with a wrong size', zip([{ ...one, bytes: 3 }]), 'zip'],
    ['cut in the middle', sound.subarray(0, sound.length >> 1), 'zip'],
    ['with bytes behind its end', Buffer.concat([sound, Buffer.from('x')]), 'zip'],
    ['with bytes before its member', Buffer.concat([Buffer.from('x'), sound]), 'zip'],
    ['with bytes before its end', zip([one], { gap: Buffer.from('x') }), 'zip'],
    ['whose member has no signature', patched(0, 0), 'zip'],
    ['whose directory is elsewhere', patched(-6, 1), 'zip'],
    ['that is something else', Buffer.from(content), 'zip'],
    ['of no byte', Buffer.alloc(0), 'zip'],
  ])('%s', async (_, body, rule) => {
    const { findings, rows: none } = await read(body)
    expect(findings).toMatchObject([{ severity: 'error', rule, table: 'rows', count: 1 }])
    expect(none).toEqual([])
  })

  test('where its member says another compression than its directory', async () => {
    const body = zip([one])
    body.writeUInt16LE(0, 8)
    expect((await read(body)).findings).toMatchObject([{ rule: 'zip' }])
  })

  test('where a member is hidden from its directory', async () => {
    const hidden = zip([{ ...one, name: 'hidden.csv' }, one])
    const shown = zip([one])
    // The directory of the second member alone, its place corrected.
    const first = hidden.indexOf('PK\u0003\u0004', 4)
    const directory = Buffer.from(shown.subarray(shown.indexOf('PK\u0001\u0002')))
    directory.writeUInt32LE(first, 42)
    directory.writeUInt32LE(hidden.indexOf('PK\u0001\u0002'), directory.length - 6)
    const body = Buffer.concat([hidden.subarray(0, hidden.indexOf('PK\u0001\u0002')), directory])
    expect((await read(body)).findings).toMatchObject([{ rule: 'zip' }])
  })
})
