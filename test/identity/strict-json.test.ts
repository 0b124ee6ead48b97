import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseStrictObject } from '../../services/kernel/strict-json.ts'

describe('one JSON object with one meaning', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[{"b":1,"c":2,"b":3}]}',
    '{"a" : 1, "a"\n:\t2}',
    '{"__proto__":{"roles":["authority"]}}',
    '{"a":{"__proto__":null}}',
    '{"\\u005f_proto__":1}',
    '[]',
    'null',
    '"a"',
    '1',
    '',
    '{',
    '{"a":1}{"a":2}',
    '{"a":1,}',
  ])('is not %j', (text) => {
    expect(parseStrictObject(text)).toBeNull()
  })

  test.each(['{}', '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"a":["a","a"],"b":"a:","c":"\\"a\\":{"}'])(
    'may repeat a name in another object or in a text: %j',
    (text) => {
      expect(parseStrictObject(`{"in":${text}}`)).toEqual({ in: JSON.parse(text) })
    },
  )

  test('is every object that JSON.stringify writes, but for __proto__', () => {
    const objects = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(objects, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        fc.pre(!text.includes('__proto__'))
        expect(parseStrictObject(text)).toEqual(JSON.parse(text))
      }),
    )
  })
})
