/**
 * The memory of the engine's vectors, as the package of the engine hands it out. Runs in workers only.
 *
 * These functions are of the native half of the pinned package, not of its public face: `openVectorMemory` answers null when
 * one of them is not there, and nobody uses them before arrow-check.ts has seen that what goes in comes out. None of them
 * checks a length: whoever calls them does.
 */
import bindings from '@duckdb/node-bindings'
import type { DuckDBDataChunk } from 'duckdb'

/** A vector of a chunk; it lives as long as its chunk. */
export type RawVector = object

export interface VectorMemory {
  /** The vector of one column. Until the chunk is reset. */
  vector(chunk: DuckDBDataChunk, column: number): RawVector
  /** Copies the values of `source` to the start of the vector. */
  write(vector: RawVector, source: ArrayBufferView): void
  /** Marks rows: one bit each, the lowest first, 1 for a value; a multiple of eight bytes. */
  writeValidity(vector: RawVector, bits: Uint8Array): void
  /** Keeps a copy of the bytes until the chunk of the vector, of one BLOB, is reset. Answers where it is, in two halves. */
  keep(vector: RawVector, bytes: Uint8Array): { readonly low: number; readonly high: number }
  /** The first bytes of the values, in place: copy them before the chunk goes. */
  read(vector: RawVector, bytes: number): Uint8Array
  /** One bit for each row, the lowest first, 1 for a value; null where every row has one. */
  readValidity(vector: RawVector, rows: number): Uint8Array | null
  /** The bytes at the address that stands at `at` in memory that `read` gave. */
  follow(words: Uint8Array, at: number, bytes: number): Uint8Array
}

interface Binding {
  readonly data_chunk_get_vector: (chunk: object, column: number) => RawVector
  readonly vector_get_data: (vector: RawVector, bytes: number) => Uint8Array
  readonly vector_get_validity: (vector: RawVector, bytes: number) => Uint8Array | null
  readonly get_data_from_pointer: (from: ArrayBufferLike, at: number, bytes: number) => Uint8Array
  readonly vector_ensure_validity_writable: (vector: RawVector) => void
  readonly vector_assign_string_element_len: (vector: RawVector, row: number, bytes: Uint8Array) => void
  readonly copy_data_to_vector: Copy
  readonly copy_data_to_vector_validity: Copy
}

type Copy = (
  ...to: readonly [vector: RawVector, at: number, from: ArrayBufferLike, offset: number, bytes: number]
) => void

const wanted = [
  'data_chunk_get_vector',
  'vector_get_data',
  'vector_get_validity',
  'get_data_from_pointer',
  'vector_ensure_validity_writable',
  'vector_assign_string_element_len',
  'copy_data_to_vector',
  'copy_data_to_vector_validity',
] as const satisfies readonly (keyof Binding)[]

function isBinding(found: unknown): found is Binding {
  if (typeof found !== 'object' || found === null) return false
  return wanted.every((name) => name in found && typeof found[name as never] === 'function')
}

/** Null when this version of the engine's package has no such way. */
export function openVectorMemory(): VectorMemory | null {
  // Typed by what it is called with: the package says nothing of some of these.
  const binding: unknown = bindings
  if (!isBinding(binding)) return null
  return {
    vector: ({ chunk }, column) => binding.data_chunk_get_vector(chunk as object, column),
    write(vector, { buffer, byteOffset, byteLength }) {
      binding.copy_data_to_vector(vector, 0, buffer, byteOffset, byteLength)
    },
    writeValidity(vector, { buffer, byteOffset, byteLength }) {
      binding.vector_ensure_validity_writable(vector)
      binding.copy_data_to_vector_validity(vector, 0, buffer, byteOffset, byteLength)
    },
    keep(vector, bytes) {
      binding.vector_assign_string_element_len(vector, 0, bytes)
      // length u32 | first four bytes | address u64; up to twelve bytes stand in place of the last two, and have no address.
      const kept = binding.vector_get_data(vector, 16)
      const view = new DataView(kept.buffer, kept.byteOffset, 16)
      return { low: view.getUint32(8, true), high: view.getUint32(12, true) }
    },
    read: (vector, bytes) => binding.vector_get_data(vector, bytes),
    readValidity: (vector, rows) => binding.vector_get_validity(vector, Math.ceil(rows / 64) * 8) || null,
    follow: ({ buffer, byteOffset }, at, bytes) =>
      binding.get_data_from_pointer(buffer, byteOffset + at, bytes),
  }
}
