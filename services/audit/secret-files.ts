/** Secrets of this room on disk: its signing keys and its keyring. As they are, or sealed by what a node hands in. */
import { basename, dirname } from 'node:path'
import type { Files } from './files.ts'
import { LogDamaged } from './recover.ts'

/** Seals small files under a key that the home has not. `name` is bound to what is sealed: it opens as no other. */
export interface SecretBox {
  seal(name: string, plain: Uint8Array): Uint8Array
  /** Throws where it is not what was sealed under this name. */
  open(name: string, sealed: Uint8Array): Buffer
}

/** With a box a secret lies as `<path>.sealed` and never as `<path>`; without one, as in tests and short commands, as it is. */
export class SecretFiles {
  readonly #files: Files
  readonly #box: SecretBox | undefined

  constructor(files: Files, box?: SecretBox) {
    this.#files = files
    this.#box = box
  }

  /** Null when there is none. One that was not sealed yet is read as it is; LogDamaged for one that is not what was sealed. */
  async read(path: string): Promise<Buffer | null> {
    const sealed = this.#box && (await this.#files.readIfPresent(sealedPath(path)))
    if (this.#box && sealed) return opened(this.#box, basename(path), sealed)
    return this.#files.readIfPresent(path)
  }

  async write(path: string, bytes: string | Uint8Array): Promise<void> {
    const sealed = this.#box?.seal(basename(path), Buffer.from(bytes))
    await this.#files.replace(sealed ? sealedPath(path) : path, sealed ?? bytes, { mode: 0o600 })
  }

  /** The folder is for the caller to flush. */
  async remove(path: string): Promise<void> {
    for (const one of [path, sealedPath(path)]) await this.#files.disk.rm(one, { force: true })
  }

  /** Seals what lies plain since before there was a box. */
  async adopt(path: string): Promise<void> {
    const plain = this.#box && (await this.#files.readIfPresent(path))
    if (!plain) return
    if ((await this.#files.readIfPresent(sealedPath(path))) === null) await this.write(path, plain)
    await this.#files.disk.rm(path, { force: true })
    await this.#files.syncFolder(dirname(path))
  }
}

function opened(box: SecretBox, name: string, sealed: Uint8Array): Buffer {
  try {
    return box.open(name, sealed)
  } catch (cause) {
    throw new LogDamaged(`${name} is not what was sealed`, { cause })
  }
}

function sealedPath(path: string): string {
  return `${path}.sealed`
}
