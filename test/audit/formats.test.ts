import { describe, expect, test } from '@jest/globals'
import { body, entryShapes } from '../../services/audit/entry.ts'
import {
  checkpointText,
  noteKey,
  openCheckpoint,
  originOf,
  signNote,
  verifierKey,
} from '../../services/audit/note.ts'
import { outcomeOf } from '../../services/audit/outcome.ts'
import {
  decodeBundle,
  emptyEdge,
  encodeBundle,
  grow,
  isTilePath,
  partialWidth,
  rootOfEdge,
  tileNumber,
  tilePath,
} from '../../services/audit/tiles.ts'
import { leafHash, rootOf } from '../../services/audit/tree.ts'
import { openNote, parseVerifierKey } from '../../services/audit/verify/note.ts'
import { bodies, readCanonical, readEntry } from '../../services/audit/verify/shapes.ts'
import { writeNumber } from '../../services/audit/verify/snapshot.ts'
import { newPem } from './open-log.ts'

const leaf = (at: number) => {
  const bytes = Buffer.from(`entry ${at}`)
  return { bytes, hash: leafHash(bytes) }
}

describe('tiles', () => {
  test('tile numbers are written as the standard writes them, on both sides', () => {
    for (const write of [tileNumber, writeNumber]) {
      expect([5, 999, 1000, 1234067].map(write)).toEqual(['005', '999', 'x001/000', 'x001/x234/067'])
    }
    expect(tilePath(0, 5)).toBe('tile/0/005')
    expect(tilePath('entries', 273, 112)).toBe('tile/entries/273.p/112')
  })

  test('a log of 70 000 has the partial tiles that the standard counts', () => {
    expect([0, 1, 2].map((level) => partialWidth(level, 70_000))).toEqual([112, 17, 1])
    expect([0, 1].map((level) => partialWidth(level, 256))).toEqual([0, 1])
  })

  test('growing in steps or at once gives the same files and the root of the definition', () => {
    const leaves = Array.from({ length: 66_000 }, (_, at) => leaf(at))
    const atOnce = grow(emptyEdge, leaves)
    let edge = emptyEdge
    const files = new Map<string, string>()
    for (let at = 0; at < leaves.length; at += 7777) {
      const step = grow(edge, leaves.slice(at, at + 7777))
      edge = step.edge
      for (const { path, bytes } of step.files) files.set(path, bytes.toString('base64'))
    }
    expect(rootOfEdge(edge)).toEqual(rootOf(leaves.map(({ hash }) => hash)))
    expect(atOnce.files.every(({ path, bytes }) => files.get(path) === bytes.toString('base64'))).toBe(true)
    expect(atOnce.files.filter(({ path }) => /^tile\/1\/\d{3}$/.test(path))).toHaveLength(1)
    expect(atOnce.files.map(({ path }) => path)).toContain('tile/2/000.p/1')
  })

  test('a bundle that ends within an entry is not read', () => {
    const bundle = encodeBundle([Buffer.from('one'), Buffer.from('two')])
    expect(decodeBundle(bundle).map(String)).toEqual(['one', 'two'])
    expect(() => decodeBundle(bundle.subarray(0, -1))).toThrow(RangeError)
  })

  test('nothing but the names of the standard may be asked for', () => {
    const asked = ['tile/0/000', 'tile/63/x001/000.p/255', 'tile/entries/000.p/1']
    expect(asked.filter(isTilePath)).toEqual(asked)
    const refused = [
      'heads.json',
      'wal/1-0.wal',
      'tile/64/000',
      'tile/00/000',
      'tile/0/0',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/0/../../log.vkey',
      'tile/0/000/',
    ]
    expect(refused.filter(isTilePath)).toEqual([])
  })
})

describe('notes', () => {
  // The example of the signed-note format: its text is free, so only key and signature are looked at.
  const example = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'

  test('the example key of the format has the key id that it says', () => {
    expect(parseVerifierKey(example)?.id).toBe('c74f20a3')
    expect(parseVerifierKey(example.replace('c7', 'c8'))).toBeUndefined()
  })

  test('what the writer signs the verifier opens, and no other key does', () => {
    const key = noteKey('huisclos.demo/audit/2026', newPem())
    const text = checkpointText({ origin: key.name, size: 3, root: rootOf([leaf(1).hash]) })
    const note = signNote(text, key)
    const vkey = verifierKey(key)
    expect(originOf(vkey)).toBe(key.name)
    expect(openCheckpoint(note, vkey)?.size).toBe(3)
    const parsed = parseVerifierKey(vkey)
    const stranger = parseVerifierKey(verifierKey(noteKey(key.name, newPem())))
    expect(parsed && openNote(Buffer.from(note), parsed)).toMatchObject({ origin: key.name, size: 3 })
    expect(stranger && openNote(Buffer.from(note), stranger)).toBeUndefined()
    expect(openCheckpoint(note.replace('\n3\n', '\n4\n'), vkey)).toBeUndefined()
  })

  test('a line of an unknown witness changes nothing', () => {
    const key = noteKey('huisclos.demo/audit/2026', newPem())
    const note = signNote(checkpointText({ origin: key.name, size: 0, root: rootOf([]) }), key)
    const cosigned = `${note}— witness.example AAAAAAAAAAAAAAAAAAAAAA==\n`
    expect(openCheckpoint(cosigned, verifierKey(key))?.size).toBe(0)
    const parsed = parseVerifierKey(verifierKey(key))
    expect(parsed && openNote(Buffer.from(cosigned), parsed)?.size).toBe(0)
  })
})

describe('entries', () => {
  test('writer and verifier know the same types with the same members', () => {
    const known = Object.fromEntries(
      Object.entries(bodies).map(([type, members]) => [type, ['type', ...Object.keys(members)].sort()]),
    )
    expect(known).toEqual(entryShapes())
  })

  test('no member of a body has the name of a common one', () => {
    const common = ['v', 'seq', 'ts', 'boot', 'n', 'actor', 'project', 'holders', 'sealed', 'policy']
    const members = Object.values(entryShapes()).flat()
    expect(members.filter((member) => common.includes(member))).toEqual([])
  })

  test('every type has an outcome', () => {
    const outcomes = body.options.map((option) => outcomeOf(option.shape.type.value))
    expect(new Set(outcomes)).toEqual(new Set(['allowed', 'refused', 'failed', 'done']))
    expect(outcomeOf('query.refused')).toBe('refused')
    expect(outcomeOf('query.abort')).toBe('failed')
    expect(outcomeOf('query.intent')).toBe('allowed')
    expect(outcomeOf('habilitation.granted')).toBe('done')
  })

  test('names that are numbers are in the order of their letters, and bytes that are no text are refused', () => {
    const read = (text: string) => readCanonical(Buffer.from(text))
    expect(read('{"10":1,"9":{"a":[],"b":"é"}}')).toEqual({ '10': 1, '9': { a: [], b: 'é' } })
    expect(['{"9":1,"10":1}', '{"a":{"c":1,"b":1}}', '[{"b":1,"a":1}]', '{"a":"\\u00e9"}'].map(read)).toEqual(
      Array(4).fill(undefined),
    )
    expect(readCanonical(Buffer.from('22f09f9822', 'hex'))).toBeUndefined()
  })

  test.each([
    ['an unknown type', '"type":"log.stopped"', '"type":"log.paused"'],
    ['a blank', '"seq":0', '"seq": 0'],
    ['a member twice', '"seq":0', '"seq":0,"seq":0'],
    ['an unknown member', '"seq":0', '"seq":0,"sql":"SELECT 1"'],
    ['another spelling of a number', '"seq":0', '"seq":0e0'],
  ])('the verifier does not read an entry with %s', (_, from, to) => {
    const text = `{"boot":"0123456789abcdef","n":"${'A'.repeat(22)}","seq":0,"ts":"2026-01-01T00:00:00.000Z","type":"log.stopped","v":1}`
    expect(readEntry(Buffer.from(text))).toMatchObject({ type: 'log.stopped' })
    expect(readEntry(Buffer.from(text.replace(from, to)))).toBeUndefined()
  })
})
