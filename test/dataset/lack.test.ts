import { expect, test } from '@jest/globals'
import { isLack, refuseLack } from '../../services/dataset/lack.ts'

const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

test('a full disk and an engine without memory are lacks of ours; a file that cannot be read is not', () => {
  expect(isLack(full)).toBe(true)
  expect(isLack(new Error('Out of Memory Error: could not allocate block'))).toBe(true)
  expect(isLack(new Error('IO Error: Could not write file: No space left on device'))).toBe(true)
  expect(isLack(new Error('Invalid Input Error: no magic bytes'))).toBe(false)
})

test('a disk that takes nothing is told as unavailable, a bug stays a bug', () => {
  expect(() => refuseLack(full)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }))
  expect(() => refuseLack(new TypeError('no'))).toThrow(TypeError)
})
