/**
 * The sealed folders of this room, and as what their files are sealed. What stands here is part of the derivation of keys: a word
 * that is changed opens nothing of what was sealed before.
 */
import { join, resolve } from 'node:path'
import type { SealedPlace } from '../keys/at-rest.ts'

interface DatasetVersion {
  readonly dataset: string
  readonly version: number
}

/** Tables of a published version, in the folder that it has or will be moved from. */
export function versionPlace({ dataset, version }: DatasetVersion, folder: string): SealedPlace {
  return { folder, kind: 'version', of: dataset, version: `v${version}` }
}

interface Places {
  /** Bodies as they were received. */
  deposit(deposit: string): SealedPlace
  /** Pieces of an upload. */
  upload(upload: string): SealedPlace
  /** A sealed line of a project. `folder` is where it lies while it has not its place yet. */
  extract(project: string, name: string, folder?: string): SealedPlace
  /** A list of those who left a project: a file that has a key to itself. */
  left(project: string, name: string, folder?: string): SealedPlace
  /** The rows of a derived table. */
  rows(project: string, name: string): SealedPlace
  /** What is said of the derived tables. Their folders are called after numbers: none is called so. */
  tables(project: string): SealedPlace
}

export function placesIn(home: string): Places {
  // Workers stand in another folder: every path is absolute.
  const at = (...names: readonly string[]) => join(resolve(home), ...names)
  const bulle = (of: string, version: string, folder: string): SealedPlace => ({
    ...{ folder, kind: 'bulle', of, version },
  })
  const workspace = (of: string, version: string, folder: string): SealedPlace => ({
    ...{ folder, kind: 'workspace', of, version },
  })
  return {
    deposit: (of) => ({ folder: at('deposits', of), kind: 'deposit', of, version: 'received' }),
    upload: (of) => ({ folder: at('uploads', of), kind: 'upload', of, version: 'pieces' }),
    extract: (project, name, folder) => bulle(project, name, folder ?? at('bulles', project, name)),
    left: (project, name, folder) => bulle(project, name, folder ?? at('bulles', project)),
    rows: (project, name) => workspace(project, name, at('bulles', project, 'workspace', name)),
    tables: (project) => workspace(project, 'tables', at('bulles', project, 'workspace')),
  }
}
