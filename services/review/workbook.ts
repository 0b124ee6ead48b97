/** A workbook of one sheet, made in a process of its own: the gateway answers others meanwhile. */
import { startProcess } from '../engine/process.ts'
import { Refusal } from '../kernel/refusal.ts'

/** Instants as ISO text, numbers as numbers, the rest as text; 26 columns at most. */
export interface Sheet {
  readonly sheet: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly SheetCell[])[]
}
export type SheetCell = { readonly instant: string } | number | string | null

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
