/** All that the log asks of a file system, so that a test can put one that fails under it. */
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises'

export interface DiskFile {
  /** May write fewer bytes than it is given. */
  write(bytes: Uint8Array, at: number, length: number): Promise<{ readonly bytesWritten: number }>
  sync(): Promise<void>
  datasync(): Promise<void>
  stat(): Promise<Inode>
  close(): Promise<void>
}

/** What tells one file from another, whatever their names. */
export interface Inode {
  readonly ino: number
  readonly dev: number
}

/** Each call rejects as node:fs/promises does: with an error that has the code of the system. */
export interface Disk {
  open(path: string, flags: 'r' | 'a' | 'wx', mode?: number): Promise<DiskFile>
  readFile(path: string): Promise<Buffer>
  readdir(path: string): Promise<string[]>
  rename(from: string, to: string): Promise<void>
  mkdir(path: string, options: { recursive: true; mode?: number }): Promise<string | undefined>
  rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void>
  stat(path: string): Promise<Inode>
  truncate(path: string, length: number): Promise<void>
}

export const systemDisk: Disk = {
  open,
  readFile: (path) => readFile(path),
  readdir: (path) => readdir(path),
  rename,
  mkdir,
  rm,
  stat: (path) => stat(path),
  truncate,
}
