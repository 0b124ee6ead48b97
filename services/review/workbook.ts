/** A workbook of one sheet, made in a process of its own: the gateway answers others meanwhile. */
import { startProcess } from '../engine/process.ts'
import type { Sheet as WrittenSheet } from '../engine/workbook.ts'
import { Refusal } from '../kernel/refusal.ts'

/** Entries and reports have instants, numbers and texts. */
export type SheetCell = { readonly instant: string } | number | string | null
export interface Sheet extends WrittenSheet {
  readonly rows: readonly (readonly SheetCell[])[]
}

const MIB = 1024 * 1024
const timeoutMs = 60_000

/**
 * Bytes of an .xlsx: frozen header with filters, real dates, text cells as text (a leading = stays a sign), no macro, no link. Refusal
 * UNAVAILABLE when the process does not come up, or does not end in a minute.
 */
export async function makeWorkbook(sheet: Sheet): Promise<Uint8Array> {
  const entry = new URL('./workbook-worker.ts', import.meta.url)
  try {
    const maker = await startProcess({ entry, name: 'workbook', memoryBytes: 512 * MIB })
    try {
      const bytes = await maker.call('make', sheet, { timeoutMs })
      if (!(bytes instanceof Uint8Array)) throw new TypeError('a workbook is bytes')
      return bytes
    } finally {
      maker.kill()
    }
  } catch (cause) {
    throw new Refusal('UNAVAILABLE', { rule: 'review.workbook' }, { cause })
  }
}
