/** The process that reads deposits: one for each, killed with whatever it makes of a hostile file. */
import { serve, WorkerFault } from '../engine/serve.ts'
import type { Media } from './media.ts'
import { openReader, type Reader, type ReaderFiles } from './reader.ts'

let reader: Reader | undefined

function opened(): Reader {
  if (reader === undefined) throw new WorkerFault('NOT_OPEN')
  return reader
}

// Parameters come from our own parent, which built them from checked values.
serve({
  progress: () => reader?.progress(),
  methods: {
    async open(params) {
      reader = await openReader(params as ReaderFiles)
      return true
    },
    read(params) {
      const { table, path, media } = params as { table: string; path: string; media: Media }
      return opened().read(table, path, media)
    },
    arrow: () => opened().arrow(),
    relate: () => opened().relate(),
    exclude: (params) => opened().exclude((params as { pseudonyms: string[] }).pseudonyms),
    measure: (params) => opened().measure(params as Parameters<Reader['measure']>[0]),
    write: (params) => opened().write((params as { table: string }).table),
  },
})
