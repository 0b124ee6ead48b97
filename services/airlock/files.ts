/**
 * The files of releases, under the home folder: `airlock/<release>/<file>.sealed`, written once, and what the machine found in each
 * beside it; each release under a data key of its own, destroyed with it. A crash leaves at most a file that no row names.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import type { AtRest, SealedPlace } from '../keys/at-rest.ts'

interface OpenFile {
  readonly path: string
  readonly scratch: string
  close(): Promise<void>
}

export interface ReleaseFiles {
  /** Durable when it resolves; answers the SHA-256. */
  write(release: string, name: string, bytes: Uint8Array): Promise<string>
  /** The bytes; an Error when they are gone or no longer the same. */
  read(release: string, name: string, expected: string): Promise<Buffer>
  /** A plain copy in the clear area, for a process to read, and a folder to work in; closing it gives both back. */
  open(release: string, name: string): Promise<OpenFile>
  remove(release: string, name: string): Promise<void>
  /** All of a release, and the key: from here on every copy leads to nothing. */
  destroy(release: string): Promise<void>
}

interface FilesNeeds {
  readonly home: string
  readonly atRest: Pick<AtRest, 'write' | 'read' | 'open' | 'work' | 'remove' | 'destroy'>
}

/** As what a file lies: bytes sent anew are another file, so that the former ones stay whole until the row names these. */
export function storedName({ number, sha256: hash }: { number: number; sha256: string }): string {
  return `${number}-${hash.slice(0, 16)}`
}

/** As what the findings of a round lie. */
export function findingsName(file: { number: number; sha256: string }, round: number): string {
  return `${storedName(file)}.${round}`
}

export function openReleaseFiles({ home, atRest }: FilesNeeds): ReleaseFiles {
  const root = join(home, 'airlock')
  const placeOf = (release: string): SealedPlace => ({
    folder: join(root, release),
    kind: 'airlock',
    of: release,
    version: 1,
  })
  return {
    async write(release, name, bytes) {
      const place = placeOf(release)
      await mkdir(place.folder, { recursive: true, mode: 0o700 })
      await atRest.write(place, name, bytes)
      return sha256(bytes)
    },
    async read(release, name, expected) {
      const bytes = await atRest.read(placeOf(release), name)
      if (sha256(bytes) !== expected) throw new Error('a file of a release is not the one that was sealed')
      return bytes
    },
    async open(release, name) {
      const opened = await atRest.open(placeOf(release), [name])
      const work = await atRest.work().catch(async (error: unknown) => {
        await opened.close()
        throw error
      })
      const close = async () => {
        await work.close()
        await opened.close()
      }
      return { path: join(opened.folder, name), scratch: work.folder, close }
    },
    remove: (release, name) => atRest.remove(placeOf(release), name),
    async destroy(release) {
      const place = placeOf(release)
      await atRest.destroy(place)
      await rm(place.folder, { recursive: true, force: true })
    },
  }
}
