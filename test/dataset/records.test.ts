import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { longestRecord, openSplitter } from '../../services/dataset/records.ts'

const form = { delimiter: 59, separator: 59, fields: 2, skip: 0 }

function split(text: string | Uint8Array, size = 1 << 20, options = form) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const splitter = openSplitter(options)
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) {
    out.push(Buffer.from(splitter.push(bytes.subarray(at, at + size))))
  }
  out.push(Buffer.from(splitter.end()))
  return { text: Buffer.concat(out).toString(), splitter }
}

describe('records', () => {
  test('carry the physical line they begin on, line ends inside quotes counted', () => {
    expect(split('a;b\r\n"c\r\nd";e\n\nf;g').text).toBe('1;a;b\n2;"c\r\nd";e\n5;f;g\n')
  })

  test('are the same however the bytes arrive', () => {
    const piece = fc.constantFrom('a', ';', '"', '""', '\n', '\r\n', '\r', 'é', 'xyz;1')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (pieces, size) => {
        const text = pieces.join('')
        const whole = split(text)
        const parts = split(text, size)
        expect(parts.text).toBe(whole.text)
        expect([...parts.splitter.cases]).toEqual([...whole.splitter.cases])
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('with another number of fields are counted with their line and left out', () => {
    const { text, splitter } = split('a;b\nc\nd;e;f\ng;h\n')
    expect(text).toBe('1;a;b\n4;g;h\n')
    expect(splitter.cases.get('ragged')).toEqual({ count: 2, lines: [2, 3] })
  })

  test('with misplaced quotes and NUL bytes are counted and left out', () => {
    const { text, splitter } = split('a"b;c\n"a"b;c\nd\0;e\nf;g\n')
    expect(text).toBe('4;f;g\n')
    expect(splitter.cases.get('quote')).toEqual({ count: 2, lines: [1, 2] })
    expect(splitter.cases.get('nul')).toEqual({ count: 1, lines: [3] })
  })

  test('an unclosed quote is found on its own line', () => {
    expect(split('a;b\n"c;d\ne;f').splitter.cases.get('quote')).toEqual({ count: 1, lines: [2] })
  })

  test('longer than the limit end the reading', () => {
    const { splitter } = split(`a;b\n${'x'.repeat(longestRecord + (1 << 17))};y\n`, 1 << 16)
    expect(splitter.cases.get('line.length')).toEqual({ count: 1, lines: [2] })
    expect(splitter.stopped()).toBe(true)
  })
})
