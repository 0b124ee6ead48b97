/** Forgeries of the form: a good token written otherwise, and good parts with a signature that was never made. */
import { createPublicKey, sign } from 'node:crypto'
import { b64, claimsOf, each, type Forgeries, headerOf, type Scene, signature, token } from './scene.ts'

const partsOf = (scene: Scene) => {
  const [header = '', claims = '', last = ''] = token(scene).split('.')
  return { header, claims, last, whole: `${header}.${claims}.${last}` }
}
type Parts = ReturnType<typeof partsOf>

const written: Readonly<Record<string, (parts: Parts) => string>> = {
  nothing: () => '',
  'one dot': () => '.',
  'two dots': () => '..',
  'one part': ({ header }) => header,
  'two parts': ({ header, claims }) => `${header}.${claims}`,
  'two parts and a dot': ({ header, claims }) => `${header}.${claims}.`,
  'four parts': ({ whole, last }) => `${whole}.${last}`,
  'five parts, as what is encrypted': ({ header, claims, last }) =>
    `${header}.${claims}.${last}.${claims}.${last}`,
  'a dot behind': ({ whole }) => `${whole}.`,
  'a dot in front': ({ whole }) => `.${whole}`,
  'no header': ({ claims, last }) => `.${claims}.${last}`,
  'no claims': ({ header, last }) => `${header}..${last}`,
  'claims apart': ({ header, claims, last }) => `${header}..${last}.${claims}`,
  'header and claims exchanged': ({ header, claims, last }) => `${claims}.${header}.${last}`,
  'padding behind the header': ({ header, claims, last }) => `${header}=.${claims}.${last}`,
  'padding behind the claims': ({ header, claims, last }) => `${header}.${claims}=.${last}`,
  'padding behind the signature': ({ whole }) => `${whole}=`,
  'two signs of padding': ({ whole }) => `${whole}==`,
  'a blank in front': ({ whole }) => ` ${whole}`,
  'a blank behind': ({ whole }) => `${whole} `,
  'a line end behind': ({ whole }) => `${whole}\n`,
  'a carriage return within': ({ header, claims, last }) => `${header}.\r\n${claims}.${last}`,
  'a tab within': ({ header, claims, last }) => `${header}.${claims}\t.${last}`,
  'a zero byte behind': ({ whole }) => `${whole}\u0000`,
  'a zero byte within': ({ header, claims, last }) => `${header}\u0000.${claims}.${last}`,
  'a byte order mark': ({ whole }) => `\ufeff${whole}`,
  'letters of no base64': ({ header, claims, last }) => `${header}.${claims}!.${last}`,
  'a percent sign': ({ header, claims, last }) => `${header}%2E${claims}.${last}`,
  'full-width dots': ({ header, claims, last }) => `${header}．${claims}．${last}`,
  'the word Bearer': ({ whole }) => `Bearer ${whole}`,
  'quotation marks': ({ whole }) => `"${whole}"`,
  'base64 upon base64': ({ whole }) => b64(whole),
  'small letters': ({ whole }) => whole.toLowerCase(),
  capitals: ({ whole }) => whole.toUpperCase(),
  'all twice': ({ whole }) => `${whole}${whole}`,
  'all twice with a comma': ({ whole }) => `${whole},${whole}`,
  'the general JSON form': ({ header, claims, last }) =>
    JSON.stringify({ payload: claims, signatures: [{ protected: header, signature: last }] }),
  'the flat JSON form': ({ header, claims, last }) =>
    JSON.stringify({ payload: claims, protected: header, signature: last }),
  'the flat JSON form in base64': ({ header, claims, last }) =>
    b64(JSON.stringify({ payload: claims, protected: header, signature: last })),
  'the JSON itself': ({ header, claims, last }) =>
    `${Buffer.from(header, 'base64url')}.${Buffer.from(claims, 'base64url')}.${last}`,
}
const forms = each(
  Object.entries(written),
  ([name]) => `written with ${name}`,
  ([, write], scene) => write(partsOf(scene)),
)

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** The last character of bytes that do not fill it: the lowest bit says nothing, and may be turned. */
function otherSpelling(part: string): string {
  const turned = `${part.slice(0, -1)}${alphabet[alphabet.indexOf(part.slice(-1)) ^ 1]}`
  return part.length % 4 === 0 ? `${part}A` : turned
}
const spelled: Forgeries = {
  'another spelling of the same signature': (scene) => {
    const { header, claims, last } = partsOf(scene)
    return `${header}.${claims}.${otherSpelling(last)}`
  },
  'another spelling of the same header': (scene) => {
    const { header, claims, last } = partsOf(scene)
    return `${otherSpelling(header)}.${claims}.${last}`
  },
  'another spelling of the same claims': (scene) => {
    const { header, claims, last } = partsOf(scene)
    return `${header}.${otherSpelling(claims)}.${last}`
  },
  'a header whose last bits were turned before it was signed': (scene) => {
    const header = b64(JSON.stringify(headerOf(scene, { pad: undefined })))
    const odd = header.length % 4 === 0 ? `${header}A` : otherSpelling(header)
    const text = `${odd}.${b64(JSON.stringify(claimsOf(scene)))}`
    return `${text}.${b64(signature(text, scene.issuer.algorithm, scene.issuer.privateKey))}`
  },
  'claims that are not UTF-8': (scene) => {
    const text = `${b64(JSON.stringify(headerOf(scene)))}.${b64(Buffer.concat([Buffer.from(JSON.stringify(claimsOf(scene))), Buffer.from([0xff])]))}`
    return `${text}.${b64(signature(text, scene.issuer.algorithm, scene.issuer.privateKey))}`
  },
  'claims in UTF-16': (scene) => {
    const text = `${b64(JSON.stringify(headerOf(scene)))}.${b64(Buffer.from(JSON.stringify(claimsOf(scene)), 'utf16le'))}`
    return `${text}.${b64(signature(text, scene.issuer.algorithm, scene.issuer.privateKey))}`
  },
  'more than 8 KiB': (scene) => token(scene, { claims: claimsOf(scene, { more: 'x'.repeat(8_192) }) }),
  'more than 8 KiB of blanks': (scene) =>
    token(scene, { claims: JSON.stringify(claimsOf(scene)) + ' '.repeat(8_192) }),
}

/** Signed well, then signed again with the first as what is said. */
const nested: Forgeries = {
  'a token in a token': (scene) => token(scene, { claims: token(scene) }),
  'a token in a token that says so': (scene) =>
    token(scene, { claims: token(scene), header: headerOf(scene, { cty: 'JWT' }) }),
  'a good token as a claim of a false one': (scene) =>
    token(scene, { claims: claimsOf(scene, { token: token(scene) }), key: scene.own.privateKey }),
}

type Bytes = (signed: Buffer, scene: Scene) => Uint8Array
const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
const half = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0').slice(-64), 'hex')
/** Of a curve, the first number of its point. */
const modulusOf = ({ issuer }: Scene) => {
  const { n, x } = createPublicKey(issuer.privateKey).export({ format: 'jwk' })
  return Buffer.from(n ?? x ?? '', 'base64url')
}

const signatures: Readonly<Record<string, Bytes>> = {
  zeros: (signed) => Buffer.alloc(signed.length),
  ones: (signed) => Buffer.alloc(signed.length, 1),
  'bits that are all set': (signed) => Buffer.alloc(signed.length, 0xff),
  'one byte': () => Buffer.alloc(1),
  'a zero byte behind': (signed) => Buffer.concat([signed, Buffer.alloc(1)]),
  'a zero byte in front': (signed) => Buffer.concat([Buffer.alloc(1), signed]),
  'its last byte missing': (signed) => signed.subarray(0, -1),
  'its first byte missing': (signed) => signed.subarray(1),
  'its first half alone': (signed) => signed.subarray(0, signed.length / 2),
  'its halves exchanged': (signed) =>
    Buffer.concat([signed.subarray(signed.length / 2), signed.subarray(0, signed.length / 2)]),
  'its bytes reversed': (signed) => Buffer.from(signed).reverse(),
  'its first half zero': (signed) =>
    Buffer.concat([Buffer.alloc(signed.length / 2), signed.subarray(signed.length / 2)]),
  'its second half zero': (signed) =>
    Buffer.concat([signed.subarray(0, signed.length / 2), Buffer.alloc(signed.length / 2)]),
  'one and one, as a curve has it': (signed) =>
    Buffer.concat([half(1n), half(1n), Buffer.alloc(Math.max(0, signed.length - 64))]),
  'the order of the curve twice': () => Buffer.concat([half(order), half(order)]),
  'zero and the order of the curve': () => Buffer.concat([half(0n), half(order)]),
  'the order added to both numbers': (signed) =>
    Buffer.concat([
      half(number(signed.subarray(0, 32)) + order),
      half(number(signed.subarray(32, 64)) + order),
    ]),
  'the first number mirrored': (signed) =>
    Buffer.concat([half(order - number(signed.subarray(0, 32))), signed.subarray(32, 64)]),
  'the modulus': (_, scene) => modulusOf(scene),
  'the modulus added': (signed, scene) =>
    Buffer.from((number(signed) + number(modulusOf(scene))).toString(16).padStart(514, '0'), 'hex'),
  'the form of DER': (_, { issuer }) =>
    issuer.algorithm === 'ES256'
      ? sign('sha256', Buffer.from('x'), issuer.privateKey)
      : Buffer.concat([Buffer.from([0x30, 0x82]), Buffer.alloc(254)]),
  'that of another text': (_, { issuer }) => signature('other.text', issuer.algorithm, issuer.privateKey),
  'its hexadecimal text': (signed) => Buffer.from(signed.toString('hex')),
  'its base64 text': (signed) => Buffer.from(signed.toString('base64')),
}
const falsified = each(
  Object.entries(signatures),
  ([name]) => `a signature of ${name}`,
  ([, bytes], scene) => {
    const { header, claims, last } = partsOf(scene)
    return `${header}.${claims}.${b64(bytes(Buffer.from(last, 'base64url'), scene))}`
  },
)

/** One bit of the signature turned, from its first byte to its last. */
const turned = each(
  [0, 7, 15, 31, 32, 47, 63],
  (at) => `bit 0 of byte ${at} of the signature turned`,
  (at, scene) => {
    const { header, claims, last } = partsOf(scene)
    const bytes = Buffer.from(last, 'base64url')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return `${header}.${claims}.${b64(bytes)}`
  },
)

/** Other claims under a signature that was made for good ones. */
const replaced = each(
  [{ sub: 'claire' }, { exp: 9_999_999_999 }, { aud: ['huisclos:api'] }, { amr: ['mfa'] }, { jti: 'b' }, {}],
  (change) => `a good signature over other claims: ${JSON.stringify(change)}`,
  (change, scene) => {
    const { header, last } = partsOf(scene)
    return `${header}.${b64(`${JSON.stringify(claimsOf(scene, change))} `)}.${last}`
  },
)

export const formForgeries: Forgeries = {
  ...forms,
  ...spelled,
  ...nested,
  ...falsified,
  ...turned,
  ...replaced,
}
