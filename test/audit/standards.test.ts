/** The C2SP formats, held against the examples of their specifications and against bytes put together by hand. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { checkpointText, noteKey, signNote, verifierKey } from '../../services/audit/note.ts'
import { emptyEdge, grow } from '../../services/audit/tiles.ts'
import { leafHash } from '../../services/audit/tree.ts'
import {
  isSigned,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  readCosignatures,
  readNote,
} from '../../services/audit/verify/note.ts'

const origin = 'huisclos.demo/audit/2026'
const root = leafHash(Buffer.from('one'))
const checkpoint = checkpointText({ origin, size: 1, root })

interface Witness {
  readonly name: string
  readonly privateKey: KeyObject
  readonly raw: Buffer
}

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { privateKey, raw, pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

/** The verifier key as the specification spells it, without our code. */
function vkeyOf(name: string, type: number, raw: Buffer): { text: string; id: Buffer } {
  const typed = Buffer.concat([Buffer.from([type]), raw])
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4)
  return { text: `${name}+${id.toString('hex')}+${typed.toString('base64')}`, id }
}

function line(name: string, ...parts: readonly Buffer[]): string {
  return `— ${name} ${Buffer.concat(parts).toString('base64')}\n`
}

function timeOf(seconds: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(seconds))
  return bytes
}

function cosign({ name, privateKey, raw }: Witness, seconds: number, text: string): string {
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
  return line(name, vkeyOf(name, 4, raw).id, timeOf(seconds), sign(null, message, privateKey))
}

describe('signed notes', () => {
  const example = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const signed =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n\n" +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

  test('the example that circulates with the format is signed by its key, and not with one letter changed', () => {
    const key = parseVerifierKey(example)
    const [note, other] = [signed, signed.replace('think', 'thank')].map((text) =>
      readNote(Buffer.from(text)),
    )
    if (!key || !note || !other) throw new Error('the example cannot be read')
    expect(isSigned(note, key)).toBe(true)
    expect(isSigned(other, key)).toBe(false)
  })

  test('key and line of the writer are those that the specification spells', () => {
    const { pem, privateKey, raw } = keyPair()
    const { text, id } = vkeyOf(origin, 1, raw)
    const key = noteKey(origin, pem)
    expect(verifierKey(key)).toBe(text)
    const signature = sign(null, Buffer.from(checkpoint), privateKey)
    expect(signNote(checkpoint, key)).toBe(`${checkpoint}\n${line(origin, id, signature)}`)
  })

  test('the text ends at the last empty line, so that it may have empty lines of its own', () => {
    const { pem } = keyPair()
    const text = 'one\n\ntwo\n'
    expect(readNote(Buffer.from(signNote(text, noteKey('a.example', pem))))?.text).toBe(text)
  })

  test.each([
    ['without signature lines', `${checkpoint}\n`],
    ['without an empty line', checkpoint],
    ['with a plus sign in a name', `${checkpoint}\n— a+b AAAAAAAA\n`],
    ['with a signature of no more than a key id', `${checkpoint}\n— a AAAAAA==\n`],
    ['with another spelling of base64', `${checkpoint}\n— a AAAAAAB=\n`],
    ['with a hyphen for the dash', `${checkpoint}\n- a AAAAAAAA\n`],
    ['with a tab', `a\tb\n\n— a AAAAAAAA\n`],
    ['without a last newline', `${checkpoint}\n— a AAAAAAAA`],
    ['that is not UTF-8', Buffer.concat([Buffer.from([0xff]), Buffer.from(`\n\n— a AAAAAAAA\n`)])],
  ])('a note %s is not one', (_, note) => {
    expect(readNote(Buffer.from(note))).toBeUndefined()
  })

  test('twenty lines of unknown keys are passed over, one bad line of the known key is not', () => {
    const { pem, raw } = keyPair()
    const { id } = vkeyOf(origin, 1, raw)
    const note = signNote(checkpoint, noteKey(origin, pem))
    const key = parseVerifierKey(vkeyOf(origin, 1, raw).text)
    if (!key) throw new Error('the key cannot be read')
    const strangers = Array.from({ length: 20 }, (_, at) => line(`w${at}`, Buffer.alloc(76, at))).join('')
    expect(openNote(Buffer.from(note + strangers), key)?.size).toBe(1)
    expect(openNote(Buffer.from(note + line(origin, id, Buffer.alloc(64))), key)).toBeUndefined()
    expect(openNote(Buffer.from(note + line(origin, Buffer.alloc(4), Buffer.alloc(64))), key)?.size).toBe(1)
  })
})

describe('checkpoints', () => {
  const hash = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='

  test('the example of tlog-checkpoint is read', () => {
    const text = `example.com/behind-the-sofa\n20852163\n${hash}\n`
    expect(parseCheckpoint(text, 'example.com/behind-the-sofa')).toMatchObject({ size: 20_852_163 })
  })

  test.each([
    ['a leading zero', `a\n01\n${hash}\n`],
    ['a sign', `a\n+1\n${hash}\n`],
    ['a short root', 'a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n'],
    ['another origin', `b\n1\n${hash}\n`],
    ['a line too many', `a\n1\n${hash}\nmore\n`],
    ['a size beyond exact numbers', `a\n9007199254740993\n${hash}\n`],
  ])('one with %s is refused', (_, text) => {
    expect(parseCheckpoint(text, 'a')).toBeUndefined()
  })
})

describe('cosignatures', () => {
  const name = 'witness.example/w1'
  const witness = { name, ...keyPair() }
  const { pem } = keyPair()
  const note = signNote(checkpoint, noteKey(origin, pem))
  const read = (lines: string) => {
    const key = parseVerifierKey(vkeyOf(name, 4, witness.raw).text, 'witness')
    const parts = readNote(Buffer.from(note + lines))
    if (!key || !parts) throw new Error('the note cannot be read')
    return readCosignatures(parts, [key])?.map(({ time }) => time)
  }

  test('the line of the specification carries the time that its message shows', () => {
    const blob =
      'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=='
    const [signature] =
      readNote(Buffer.from(`${checkpoint}\n— witness.example.com/w1 ${blob}\n`))?.signatures ?? []
    expect(signature?.bytes).toHaveLength(72)
    expect(signature?.bytes.readBigUInt64BE()).toBe(1679315147n)
  })

  test('a line made by hand is accepted with its time; the newest of several counts', () => {
    expect(read(cosign(witness, 1679315147, checkpoint))).toEqual([1679315147])
    const two = [1679315148, 1679315147].map((time) => cosign(witness, time, checkpoint)).join('')
    expect(read(two)).toEqual([1679315148])
    expect(read('')).toEqual([])
    expect(read(cosign({ ...keyPair(), name: 'witness.example/w2' }, 1679315147, checkpoint))).toEqual([])
  })

  test('a line on another text, with another time, or cut short is not', () => {
    expect(read(cosign(witness, 1, checkpoint.replace('\n1\n', '\n2\n')))).toBeUndefined()
    const { id } = vkeyOf(name, 4, witness.raw)
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1\n${checkpoint}`), witness.privateKey)
    expect(read(line(name, id, timeOf(1), signature))).toEqual([1])
    expect(read(line(name, id, timeOf(2), signature))).toBeUndefined()
    expect(read(line(name, id, signature))).toBeUndefined()
    expect(read(line(name, id, Buffer.alloc(8, 255), signature))).toBeUndefined()
  })

  test('a log key does not cosign and a witness key does not sign logs', () => {
    expect(parseVerifierKey(vkeyOf(name, 1, witness.raw).text, 'witness')).toBeUndefined()
    expect(parseVerifierKey(vkeyOf(name, 4, witness.raw).text)).toBeUndefined()
  })
})

describe('tiles', () => {
  test('a bundle is entries behind their lengths in two bytes, and a tile their leaf hashes', () => {
    const leaves = ['a', 'bc'].map((text) => ({
      bytes: Buffer.from(text),
      hash: leafHash(Buffer.from(text)),
    }))
    const files = new Map(
      grow(emptyEdge, leaves).files.map(({ path, bytes }) => [path, bytes.toString('hex')]),
    )
    const leaf = (text: string) => createHash('sha256').update(`\0${text}`).digest('hex')
    expect(Object.fromEntries(files)).toEqual({
      'tile/entries/000.p/2': '0001610002' + '6263',
      'tile/0/000.p/2': leaf('a') + leaf('bc'),
    })
  })
})
