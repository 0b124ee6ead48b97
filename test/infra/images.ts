/** What is wrong with the name of an image, or null: it must be whole, with a tag for people and a digest for machines. */
export function imageFault(name: string): string | null {
  const [, host, path, tag] =
    /^([a-z0-9.-]+\.[a-z]+)\/([a-z0-9/._-]+):([\w.-]+)@sha256:[0-9a-f]{64}$/.exec(name) ?? []
  if (host === undefined || path === undefined) return 'not a whole name with a tag and a digest'
  return tag === 'latest' ? 'a tag that moves' : null
}
