/** Looks at a file that was sent and not submitted yet, in a process of its own: nothing foreign is parsed in this one. */
import { join } from 'node:path'
import { type Process, startProcess } from '../engine/process.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Opened } from '../keys/copies.ts'
import type { ReceivedFile } from './deposit-register.ts'
import type { Descriptor } from './descriptor.ts'
import { openLane } from './lane.ts'
import type { TablePreview } from './preview.ts'
import { previewSchema } from './reader-answers.ts'
import { readingMs } from './reading-time.ts'
import type { DepositStorage } from './storage.ts'

export interface Previewer extends Closable {
  /** One at a time. A file that its reader gives up on has the finding `internal`. */
  preview(sent: SentFile): Promise<TablePreview>
}

interface SentFile {
  readonly deposit: string
  readonly descriptor: Descriptor
  readonly file: ReceivedFile
}

interface PreviewerNeeds {
  readonly storage: Pick<DepositStorage, 'lookAt' | 'open'>
  readonly log: Log
  readonly memoryBytes?: number
}

const readerBytes = 1024 ** 3

export function openPreviewer(needs: PreviewerNeeds): Previewer {
  const stopped = new AbortController()
  const lane = openLane()
  return {
    preview: (sent) =>
      new Promise((resolve, reject) => {
        lane.add(async () => resolve(await look(needs, sent, stopped.signal)), reject)
      }),
    async close() {
      stopped.abort()
      await lane.idle()
    },
  }
}

async function look(needs: PreviewerNeeds, sent: SentFile, signal: AbortSignal): Promise<TablePreview> {
  if (signal.aborted) throw new Refusal('UNAVAILABLE')
  const { deposit, descriptor, file } = sent
  const { table, media } = file
  const { storage, log, memoryBytes = readerBytes } = needs
  const place = await storage.lookAt()
  let received: Opened | undefined
  let reader: Process | undefined
  try {
    received = await storage.open(deposit, [file.file])
    const entry = new URL('./reader-worker.ts', import.meta.url)
    const path = join(received.folder, file.file)
    const box = { read: [path], write: [place.folder] }
    const started = await startProcess({ entry, name: 'previewer', memoryBytes, box, log })
    reader = started
    const call = (method: string, params: unknown) =>
      started.call(method, params, { timeoutMs: readingMs([file]), signal })
    await call('open', { descriptor, read: [path], scratch: place.folder, memoryBytes, threads: 2 })
    return { table, ...previewSchema.parse(await call('preview', { table, path, media })) }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'QUERY_FAILED' || signal.aborted) throw error
    const finding = { severity: 'error', rule: 'internal', table, count: 1 } as const
    return { table, reading: { kind: media.kind }, rows: 0, columns: [], findings: [finding] }
  } finally {
    reader?.kill()
    await reader?.closed
    await received?.close()
    await place.close()
  }
}
