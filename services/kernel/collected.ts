/** A body that is small enough to be held whole. */
import { Refusal } from './refusal.ts'

/** All bytes of a body. Refusal TOO_LARGE, under this rule, as soon as there is one too many. */
export async function collected(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, rule }: { readonly maxBytes: number; readonly rule: string },
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Refusal('TOO_LARGE', { rule })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
