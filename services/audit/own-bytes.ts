/**
 * A text in memory of its own. A short Buffer is otherwise a slice of a pool of 8 KiB, all of which stays for as long as the slice:
 * 256 entries that wait for their bundle held a megabyte.
 */
export function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}
