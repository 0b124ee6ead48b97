/** Contents that are encrypted: whatever was changed does not open, and nothing of two is alike. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { seal, unseal } from '../../services/audit/seal.ts'

const key = Buffer.alloc(32, 7)
const place = { origin: 'huisclos.demo/audit/2026', seq: 41 }
const content = { text: 'SELECT 1', reason: 'é' }

describe('a sealed content', () => {
  const { record, sha256 } = seal(content, key, place)

  test('opens with its key in its place, and is what its entry committed to', () => {
    expect(unseal(record, key, place)).toEqual({ content, sha256 })
  })

  test('does not open with a single bit changed, wherever it stands', () => {
    const opened = Array.from({ length: record.length * 8 }, (_, bit) => {
      const changed = Buffer.from(record)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return attempt(() => unseal(changed, key, place))
    })
    expect(opened.filter((one) => one !== 'closed')).toEqual([])
  })

  test('does not open cut short, or with something after it', () => {
    const lengths = Array.from({ length: record.length }, (_, length) => record.subarray(0, length))
    const all = [...lengths, Buffer.concat([record, Buffer.alloc(1)])]
    expect(all.map((one) => attempt(() => unseal(one, key, place)))).toEqual(all.map(() => 'closed'))
  })

  test.each([
    ['with another key', randomBytes(32), place],
    ['in another entry', key, { ...place, seq: 42 }],
    ['in another log', key, { ...place, origin: 'huisclos.demo/audit/2027' }],
  ])('does not open %s', (_, other, elsewhere) => {
    expect(attempt(() => unseal(record, other, elsewhere))).toBe('closed')
  })

  test('shares no nonce and no salt with ten thousand others of the same content', () => {
    const all = Array.from({ length: 10_000 }, () => seal(content, key, place))
    expect(new Set(all.map((one) => one.record.toString('hex', 0, 12))).size).toBe(10_000)
    expect(new Set(all.map((one) => one.sha256)).size).toBe(10_000)
  })
})

function attempt(open: () => unknown): unknown {
  try {
    return open()
  } catch {
    return 'closed'
  }
}
