/** A call made from an operation, then spoiled: most in one way, so that the other parts of it are still read. */
import { gzipSync } from 'node:zlib'
import type { Dice } from '../property/seed.ts'
import { canary, keys, numbers, strings } from './naughty.ts'
import type { Operation } from './operations.ts'
import { knownName, type Making, made } from './values.ts'

/** A request as bytes to be written, but for who sends it. */
export interface Shot {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A call as the document describes it. */
export function soundShot(making: Making, { method, path, query, body }: Operation): Shot {
  const { dice } = making
  const filled = path.replaceAll(/\{\w+\}/g, (_, at: number) => {
    const before = path
      .slice(0, at - 1)
      .split('/')
      .at(-1)
    return encodeURIComponent(dice.chance(0.85) ? knownName(making, before) : text(dice))
  })
  const asked = query
    .filter(() => dice.chance(0.5))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(made(making, schema)))}`)
  const target = asked.length === 0 ? filled : `${filled}?${asked.join('&')}`
  if (body === undefined) return { method, target, headers: {}, body: Buffer.alloc(0) }
  const isJson = body.type.includes('json') && !body.type.includes('ndjson')
  const content = isJson ? JSON.stringify(made(making, body.schema) ?? null) : `a;b\n1;${text(dice)}\n`
  return { method, target, headers: { 'content-type': body.type }, body: Buffer.from(content) }
}

function text(dice: Dice): string {
  return dice.pick(strings).toWellFormed()
}

type Mutation = (shot: Shot, dice: Dice) => Shot

const withBody = (shot: Shot, body: Buffer | string): Shot => ({
  ...shot,
  headers: { 'content-type': 'application/json', ...shot.headers },
  body: Buffer.from(body),
})

/** Puts this JSON in the place of one value of a body; of an empty one, it is the body. */
function inPlace(shot: Shot, dice: Dice, json: string): Shot {
  const before = shot.body.toString('utf8')
  const values = [...before.matchAll(/"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null|\[\]|\{\}/g)]
  if (values.length === 0) return withBody(shot, json)
  const { index, 0: found } = dice.pick(values)
  return withBody(shot, before.slice(0, index) + json + before.slice(index + found.length))
}

/** A member more, written before the others: a name twice, or one that means something. */
function withMember(shot: Shot, name: string, json: string): Shot {
  const before = shot.body.toString('utf8')
  const rest = before.startsWith('{') && before !== '{}' ? `,${before.slice(1)}` : '}'
  return withBody(shot, `{${JSON.stringify(name)}:${json}${rest}`)
}

const withHeader = (shot: Shot, name: string, value: string): Shot => ({
  ...shot,
  headers: { ...shot.headers, [name]: value },
})

const types = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json; charset=x-none',
  'multipart/form-data; boundary=a',
  'application/x-www-form-urlencoded',
  ';',
  'application/json;;;',
]
const headers: readonly (readonly [name: string, value: string])[] = [
  ['accept', 'a/b;q=9, */*;q=x'],
  ['accept', `${'a/b,'.repeat(2000)}`],
  ['accept-language', '*;q=0, xx-YY-zz'],
  ['accept-encoding', 'identity;q=0, *;q=0'],
  ['authorization', 'Bearer'],
  ['authorization', 'Bearer a.b.c'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
  ['authorization', `Bearer ${'a'.repeat(12_000)}`],
  ['authorization', 'Basic YTpi'],
  ['content-encoding', 'br'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'deflate, gzip, gzip'],
  ['x-forwarded-for', '1.2.3.4'],
  ['x-http-method-override', 'DELETE'],
  ['host', 'example.org'],
  ['origin', 'null'],
  ['range', 'bytes=0-,1-,2-'],
  ['if-none-match', '"'],
  ['upload-length', '-1'],
  ['upload-length', '9'.repeat(400)],
  ['upload-offset', '1e3'],
  ['upload-metadata', 'a b,a b,\u00e9 =='],
  ['x-long', 'a'.repeat(17_000)],
]
const targets: readonly string[] = [
  '/%00',
  '/%ff',
  '/%',
  '/api/v1/%2e%2e/me',
  '/api//v1/me',
  '/API/V1/ME',
  '/api/v1/me/',
  '/api/v1/me;a=b',
  '/api/v1/datasets?__proto__=1&constructor=2',
  '/api/v1/datasets?page=1&page=2',
  '/api/v1/datasets?a[b]=c',
  '/api/v1/audit/entries?cursor=%00&limit=1e9',
  `/api/v1/datasets/${'a'.repeat(9000)}`,
  `/api/v1/datasets?${'a=b&'.repeat(1500)}`,
  '/assets/..%2f..%2fpackage.json',
  '/assets/%2e%2e/%2e%2e/package.json',
  '//example.org/',
  '*',
]

/** A refusal says which name it does not know, so that none of these is the canary. */
const queryNames = strings.filter((one) => !one.includes(canary)).map(encoded)

/** Each rare and large; about one call in a hundred. */
const heavy: readonly Mutation[] = [
  (shot, dice) => inPlace(shot, dice, `"${'a'.repeat(10_000_000)}"`),
  (shot, dice) => inPlace(shot, dice, `"${'é'.repeat(500_000)}"`),
  (shot) => withBody(withHeader(shot, 'content-encoding', 'gzip'), gzipSync(Buffer.alloc(10_000_000, '1'))),
  (shot) => withBody(withHeader(shot, 'content-encoding', 'gzip'), gzipSync(`"${'a'.repeat(900_000)}"`)),
  (shot, dice) => inPlace(shot, dice, `[${'0,'.repeat(200_000)}0]`),
]

const light: readonly Mutation[] = [
  (shot, dice) => inPlace(shot, dice, JSON.stringify(dice.pick(strings))),
  (shot, dice) => inPlace(shot, dice, JSON.stringify(dice.pick(strings))),
  (shot, dice) => inPlace(shot, dice, dice.pick(numbers)),
  (shot, dice) => inPlace(shot, dice, dice.pick(['null', 'true', '[]', '{}', '"a"', '[[[]]]'])),
  (shot, dice) => inPlace(shot, dice, '"\\ud800"'),
  (shot, dice) => inPlace(shot, dice, `"${'a'.repeat(10 ** (2 + dice.below(4)))}"`),
  (shot, dice) => inPlace(shot, dice, '['.repeat(10_000) + ']'.repeat(10_000)),
  (shot, dice) => inPlace(shot, dice, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
  (shot, dice) => withMember(shot, dice.pick(keys), dice.pick(['{"polluted":true}', 'null', '"a"'])),
  (shot, dice) => withMember(shot, dice.pick(['sql', 'name', 'id', 'text', 'person']), '"twice"'),
  (shot, dice) => withBody(shot, shot.body.subarray(0, dice.below(shot.body.length + 1))),
  (shot) => withBody(shot, Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22])),
  (shot) => withBody(shot, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), shot.body])),
  (shot, dice) => withHeader(shot, 'content-type', dice.pick(types)),
  (shot, dice) => withHeader(shot, ...dice.pick(headers)),
  (shot, dice) => withHeader(shot, ...dice.pick(headers)),
  (shot, dice) => ({ ...shot, target: dice.pick(targets) }),
  (shot, dice) => ({ ...shot, target: shot.target.replace(/[^/?]+/, () => encodeURIComponent(text(dice))) }),
  (shot, dice) => ({
    ...shot,
    method: dice.pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'TRACE', 'PROPFIND']),
  }),
  (shot, dice) => ({
    ...shot,
    target: `${shot.target}${shot.target.includes('?') ? '&' : '?'}${dice.pick(queryNames)}=1`,
  }),
]

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}

/** One call in five is left as it is. */
export function mutated(shot: Shot, dice: Dice): Shot {
  if (dice.chance(0.2)) return shot
  if (dice.chance(0.01)) return dice.pick(heavy)(shot, dice)
  const once = dice.pick(light)(shot, dice)
  return dice.chance(0.25) ? dice.pick(light)(once, dice) : once
}
