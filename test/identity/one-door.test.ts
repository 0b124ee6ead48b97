import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { readHouse } from '../architecture.ts'

test('one module asks the package that knows tokens, and nobody reads one without verifying it (security.md 5.4)', () => {
  const house = readHouse(fileURLToPath(new URL('../../services', import.meta.url)))
  const asking = house.filter(({ text }) => text.includes("'jsonwebtoken'")).map(({ path }) => path)
  expect(asking).toEqual(['identity/jws.ts'])
  const reading = house.filter(({ text }) => /\bjsonwebtoken\.decode\b|\bdecodeJwt\b/.test(text))
  expect(reading.map(({ path }) => path)).toEqual([])
})
