/** What a boxed process may see of the machine beside the program that it runs. */
export interface Box {
  /** Files and folders that it may read, at the same absolute paths inside. */
  readonly read?: readonly string[]
  /** Folders that it may write to, at the same absolute paths inside. */
  readonly write?: readonly string[]
  /** An existing folder that is replaced by an empty one in memory, which is gone with the process. */
  readonly scratch?: string
}

/** One measure of the box, so that a test can leave it out and see the probe report it. */
export type Measure =
  | 'network'
  | 'processes'
  | 'read-only root'
  | 'read-only devices'
  | 'read-only files'
  | 'system calls'
  | 'capabilities'
  | 'environment'
  | 'names'
  | 'limits'

export interface Program {
  /** The bundle that runs, from bundle.ts. */
  readonly file: string
  /** Folders of native modules by the name under which the program loads them. */
  readonly modules: Readonly<Record<string, string>>
  /** Most bytes of data that the process may hold (RLIMIT_DATA). */
  readonly dataBytes: number
}
