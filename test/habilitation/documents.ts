/** PDFs as small as they can be, and what is none. */

/** A whole PDF, with these words among its objects. */
export function pdf(words = ''): Buffer {
  return Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog ${words} >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n`,
  )
}

export async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
