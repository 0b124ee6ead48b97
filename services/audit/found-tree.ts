import { originOf } from './note.ts'
import { rootAt } from './reader.ts'
import type { Place, Recovered } from './recover.ts'
import { grow, rootOfEdge } from './tiles.ts'
import type { Hash } from './tree.ts'

/** The tree that recovery found: what is signed, and what the journal adds to it. */
export interface FoundTree {
  readonly origin: string
  readonly vkey: string
  readonly size: number
  /** Root at a size that was once signed; rejects when its tiles are gone. */
  rootAt(size: number): Promise<Hash>
}

export function foundTree({ folder, vkey }: Place, { edge, replay }: Recovered): FoundTree {
  return {
    origin: originOf(vkey),
    vkey,
    size: edge.size + replay.length,
    rootAt: async (size) => {
      if (size <= edge.size) return rootAt(folder, size)
      const added = replay.slice(0, size - edge.size).map(({ leaf }) => leaf)
      return rootOfEdge(grow(edge, added).edge)
    },
  }
}
