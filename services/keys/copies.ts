/** Opened copies of sealed folders in the clear area: held by whoever reads them, removed when nobody does. */
import { stat } from 'node:fs/promises'
import type { ClearArea } from './clear-area.ts'

/** A folder of the clear area, until it is closed. */
export interface Opened {
  readonly folder: string
  /** Done again, it changes nothing. */
  close(): Promise<void>
}

/** Holds something open until the work in hand has ended; answers its folder. */
export type Hold = (opening: Promise<Opened>) => Promise<string>

/** Does work that opens things; however it ends, they are closed. */
export async function whileOpen<T>(work: (hold: Hold) => Promise<T>): Promise<T> {
  const held: Opened[] = []
  const hold: Hold = async (opening) => {
    const opened = await opening
    held.push(opened)
    return opened.folder
  }
  try {
    return await work(hold)
  } finally {
    for (const opened of held) await opened.close()
  }
}

/** One file of a copy. */
interface Sealed {
  readonly path: string
  /** Puts the plain file in its place, in one step: whoever reads the former one goes on with it. */
  readonly bring: (folder: string) => Promise<void>
}

/** The copies of one clear area, each under a name of its own. */
export class Copies {
  readonly #clear: Pick<ClearArea, 'folder' | 'remove'>
  readonly #copies = new Map<string, Copy>()

  constructor(clear: Pick<ClearArea, 'folder' | 'remove'>) {
    this.#clear = clear
  }

  /** A file that is there already, and lies on disk as it did, is not brought again. Where one fails, nothing is left that nobody holds. */
  async open(name: string, files: readonly Sealed[]): Promise<Opened> {
    const copy = this.#copies.get(name) ?? new Copy()
    this.#copies.set(name, copy)
    copy.holds += 1
    const release = async () => {
      copy.holds -= 1
      await copy.turn(async () => (copy.holds === 0 ? this.#remove(name, copy) : undefined))
    }
    try {
      const folder = await copy.turn(async () => {
        const made = await this.#clear.folder(name)
        for (const file of files) await copy.refresh(file, made)
        return made
      })
      return { folder, close: once(release) }
    } catch (error) {
      await release()
      throw error
    }
  }

  /** Removes the copies that are so called, whoever holds them. */
  async shut(isOne: (name: string) => boolean): Promise<void> {
    for (const [name, copy] of this.#copies) {
      if (isOne(name)) await copy.turn(() => this.#remove(name, copy))
    }
  }

  async #remove(name: string, copy: Copy): Promise<void> {
    await this.#clear.remove(name)
    copy.forget()
    // Who came meanwhile waits for this, and brings its files anew.
    if (copy.holds === 0) this.#copies.delete(name)
  }
}

class Copy {
  holds = 0
  /** How each file lay on disk when it was brought. */
  readonly #looks = new Map<string, string>()
  #last: Promise<unknown> = Promise.resolve()

  /** Pieces of work on one copy are done one after the other. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  forget(): void {
    this.#looks.clear()
  }

  async refresh({ path, bring }: Sealed, folder: string): Promise<void> {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    const look = [ino, size, mtimeNs, ctimeNs].join(' ')
    if (this.#looks.get(path) === look) return
    await bring(folder)
    this.#looks.set(path, look)
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
