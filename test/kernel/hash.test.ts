import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, sha256 } from '../../services/kernel/hash.ts'

describe('canonical JSON', () => {
  test('sorts members by UTF-16 units, as the example of RFC 8785 §3.2.3 does', () => {
    const example = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }
    expect(Object.values(JSON.parse(canonical(example)))).toHaveLength(7)
    expect(canonical(example)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
  })

  test('writes numbers as ECMAScript does', () => {
    expect(canonical([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    )
  })

  test('gives one text whatever the order of the members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        expect(canonical(reversed)).toBe(canonical(value))
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [10n], [() => 1], ['\ud800'], [{ '\udc00': 1 }]])(
    'refuses what another implementation would read differently (%#)',
    (value) => {
      expect(() => canonical(value)).toThrow(TypeError)
    },
  )
})

test('sha256 is that of FIPS 180-4', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
