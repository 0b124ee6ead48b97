import { expect, test } from '@jest/globals'
import { ownBytes } from '../../services/audit/own-bytes.ts'

test('a text has its bytes, all of them and no others in memory', () => {
  const bytes = ownBytes('é€a')
  expect(bytes.equals(Buffer.from('é€a'))).toBe(true)
  expect(bytes.buffer.byteLength).toBe(6)
})
