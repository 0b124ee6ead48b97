/**
 * Whether bytes may be kept as a document: a PDF by its own marks, whatever its name, and none that is locked or that acts by
 * itself. It reads marks and nothing else: no foreign parser runs in this process. What lies inside a compressed stream is not
 * seen; a document is only ever given back as a download.
 */

/** Names of PDF (ISO 32000) that lock a document, run code, start programs, or carry other files. */
const refused = [
  'Encrypt',
  'JavaScript',
  'JS',
  'Launch',
  'EmbeddedFile',
  'EmbeddedFiles',
  'RichMedia',
  'XFA',
] as const

export type PdfFault = 'notPdf' | 'activePdf'

/** Why these bytes are no document of ours; null when they are. */
export function pdfFault(bytes: Buffer): PdfFault | null {
  const head = bytes.subarray(0, 8).toString('latin1')
  const tail = bytes.subarray(-1024).toString('latin1')
  if (!/^%PDF-[12]\.\d/.test(head) || !tail.includes('%%EOF')) return 'notPdf'
  return isActive(bytes.toString('latin1')) ? 'activePdf' : null
}

/** A name may be spelt with `#xx`; what follows it must end it. */
function isActive(text: string): boolean {
  const names = text.matchAll(/\/((?:#[0-9A-Fa-f]{2}|[A-Za-z]){2,120})(?![A-Za-z#])/g)
  for (const [, name = ''] of names) {
    const plain = name.replaceAll(/#([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    if (refused.some((one) => one === plain)) return true
  }
  return false
}
