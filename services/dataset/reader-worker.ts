/** The process that reads deposits: one for each, killed with whatever it makes of a hostile file. */
import { serve, WorkerFault } from '../engine/serve.ts'
import { diskFull, isDiskFull } from './lack.ts'
import type { Media } from './media.ts'
import { openReader, type Reader, type ReaderFiles } from './reader.ts'

let reader: Reader | undefined

function opened(): Reader {
  if (reader === undefined) throw new WorkerFault('NOT_OPEN')
  return reader
}

/** A disk that is full has no part in the file: the parent is told, and tries again. */
function telling<P>(work: (params: P) => unknown): (params: P) => Promise<unknown> {
  return async (params) => {
    try {
      return await work(params)
    } catch (error) {
      throw isDiskFull(error) ? new WorkerFault(diskFull) : error
    }
  }
}

// Parameters come from our own parent, which built them from checked values.
serve({
  progress: () => reader?.progress(),
  methods: {
    open: telling(async (params) => {
      reader = await openReader(params as ReaderFiles)
      return true
    }),
    read: telling((params) => {
      const { table, path, media } = params as { table: string; path: string; media: Media }
      return opened().read(table, path, media)
    }),
    preview: telling((params) => {
      const { table, path, media } = params as { table: string; path: string; media: Media }
      return opened().preview(table, path, media)
    }),
    arrow: telling(() => opened().arrow()),
    keys: telling(() => opened().keys()),
    relate: telling(() => opened().relate()),
    exclude: telling((params) => opened().exclude((params as { pseudonyms: string[] }).pseudonyms)),
    measure: telling((params) => opened().measure(params as Parameters<Reader['measure']>[0])),
    write: telling((params) => opened().write((params as { table: string }).table)),
  },
})
