import { expect, test } from '@jest/globals'
import { mediaOf } from '../../services/dataset/media.ts'
import { readingMs } from '../../services/dataset/reading-time.ts'

const gib = 1024 ** 3
const plain = mediaOf({ contentType: 'text/csv' })
const packed = mediaOf({ contentType: 'text/csv', contentEncoding: 'gzip' })

test('a reader has five minutes, and one more for each GiB of the files', () => {
  expect(readingMs([])).toBe(300_000)
  expect(readingMs([{ bytes: gib, media: plain }])).toBe(360_000)
  expect(
    readingMs([
      { bytes: gib, media: plain },
      { bytes: gib, media: plain },
    ]),
  ).toBe(420_000)
})

test('a packed byte counts as ten', () => {
  expect(readingMs([{ bytes: gib, media: packed }])).toBe(900_000)
})
