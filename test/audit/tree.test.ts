import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  consistencyPath,
  emptyRoot,
  inclusionPath,
  joinNodes,
  leafHash,
  nodeHash,
  nodesOf,
  type Range,
  rootOf,
  splitPoint,
} from '../../services/audit/tree.ts'
import { checkConsistency, checkInclusion, GrowingTree } from '../../services/audit/verify/merkle.ts'

const leaves = Array.from({ length: 130 }, (_, at) => leafHash(Buffer.from(`entry ${at}`)))

/** The definition of RFC 6962, to the letter and slow. */
function definition(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes
  if (only === undefined) return emptyRoot
  if (hashes.length === 1) return only
  const k = splitPoint(hashes.length)
  return nodeHash(definition(hashes.slice(0, k)), definition(hashes.slice(k)))
}

function hashOf({ from, to }: Range): Buffer {
  const nodes = nodesOf({ from, to }).map(({ level, index }) =>
    definition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  )
  return joinNodes(nodes)
}

describe('the tree of the writer and that of the verifier', () => {
  test('the empty root is the SHA-256 of nothing', () => {
    expect(emptyRoot.toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
  })

  test('every size has the root of the definition, on both sides', () => {
    const growing = new GrowingTree()
    for (let size = 0; size <= leaves.length; size += 1) {
      const some = leaves.slice(0, size)
      expect(rootOf(some)).toEqual(definition(some))
      expect(growing.root()).toEqual(definition(some))
      growing.add(leaves[size] ?? emptyRoot)
    }
  })

  test('every inclusion proof that the writer makes is accepted, and refused for any other leaf', () => {
    for (const size of [1, 2, 3, 7, 8, 9, 64, 65, 100, 130]) {
      const root = rootOf(leaves.slice(0, size))
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionPath(index, size).map(hashOf)
        const [leaf, other] = [leaves[index], leaves[(index + 1) % leaves.length]]
        expect(checkInclusion(leaf ?? emptyRoot, { index, size }, { root, proof })).toBe(true)
        expect(checkInclusion(other ?? emptyRoot, { index, size }, { root, proof })).toBe(false)
      }
    }
  })

  test('every consistency proof that the writer makes is accepted, and refused for another past', () => {
    for (const size of [2, 3, 7, 8, 9, 64, 65, 130]) {
      const newer = { size, root: rootOf(leaves.slice(0, size)) }
      for (let older = 1; older <= size; older += 1) {
        const proof = consistencyPath(older, size).map(hashOf)
        const root = rootOf(leaves.slice(0, older))
        expect(checkConsistency({ size: older, root }, newer, proof)).toBe(true)
        expect(checkConsistency({ size: older, root: leafHash(root) }, newer, proof)).toBe(false)
      }
    }
  })

  test('refuses a proof for a leaf that the tree does not have', () => {
    expect(() => inclusionPath(5, 5)).toThrow(RangeError)
    expect(() => consistencyPath(6, 5)).toThrow(RangeError)
  })
})

interface Inclusion {
  leafIdx: number
  treeSize: number
  root: string
  leafHash: string
  proof: string[] | null
  wantErr: boolean
}
interface Consistency {
  size1: number
  size2: number
  root1: string
  root2: string
  proof: string[] | null
  wantErr: boolean
}

const folder = process.env.HUISCLOS_MERKLE_VECTORS ?? ''
const bytes = (text: string) => Buffer.from(text ?? '', 'base64')

function vectors<T>(kind: string): [string, T][] {
  const root = join(folder, kind)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, JSON.parse(readFileSync(join(root, name), 'utf8'))])
}

/** The eight leaves of the public reference tree, as hexadecimal digits. */
const publicLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  rangeHex(0x60, 0x70),
].map((digits) => leafHash(Buffer.from(digits, 'hex')))

function rangeHex(from: number, to: number): string {
  return Buffer.from(Array.from({ length: to - from }, (_, at) => from + at)).toString('hex')
}

const publicRoot = (size: number) => rootOf(publicLeaves.slice(0, size)).toString('base64')
const publicHash = ({ from, to }: Range) => rootOf(publicLeaves.slice(from, to)).toString('base64')

test('the public reference tree has its published root', () => {
  expect(publicRoot(8)).toBe('XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=')
})

if (existsSync(join(folder, 'inclusion'))) {
  describe('the public vectors', () => {
    test('every inclusion vector is judged as its authors ask', () => {
      const wrong = vectors<Inclusion>('inclusion').filter(([, { leafIdx, treeSize, wantErr, ...rest }]) => {
        const sides = { root: bytes(rest.root), proof: (rest.proof ?? []).map(bytes) }
        return checkInclusion(bytes(rest.leafHash), { index: leafIdx, size: treeSize }, sides) === wantErr
      })
      expect(wrong.map(([name]) => name)).toEqual([])
    })

    test('every consistency vector is judged as its authors ask', () => {
      const wrong = vectors<Consistency>('consistency').filter(([, vector]) => {
        const older = { size: vector.size1, root: bytes(vector.root1) }
        const newer = { size: vector.size2, root: bytes(vector.root2) }
        return checkConsistency(older, newer, (vector.proof ?? []).map(bytes)) === vector.wantErr
      })
      expect(wrong.map(([name]) => name)).toEqual([])
    })

    test('the prover gives the proof of every good vector of the reference tree', () => {
      const inclusions = vectors<Inclusion>('inclusion').filter(([, { wantErr }]) => !wantErr)
      const ofTree = inclusions.filter(([, { root, treeSize }]) => root === publicRoot(treeSize))
      expect(ofTree.length).toBeGreaterThan(4)
      for (const [name, { leafIdx, treeSize, proof }] of ofTree) {
        expect([name, inclusionPath(leafIdx, treeSize).map(publicHash)]).toEqual([name, proof ?? []])
      }
      const consistencies = vectors<Consistency>('consistency').filter(
        ([, { wantErr, size2, root2 }]) => !wantErr && root2 === publicRoot(size2),
      )
      expect(consistencies.length).toBeGreaterThan(4)
      for (const [name, { size1, size2, root1, root2, proof }] of consistencies) {
        expect([name, root1, root2]).toEqual([name, publicRoot(size1), publicRoot(size2)])
        expect([name, consistencyPath(size1, size2).map(publicHash)]).toEqual([name, proof ?? []])
      }
    })
  })
} else {
  process.stderr.write(
    'public Merkle vectors: SKIPPED, HUISCLOS_MERKLE_VECTORS names no folder that has them\n',
  )
  test.skip('public vectors: HUISCLOS_MERKLE_VECTORS names no folder with inclusion/ and consistency/', () => {})
}
