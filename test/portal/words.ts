/** Keys of a catalogue that no source says: neither whole, nor by the beginning or the end of a template. Endings of plurals are left aside. */
export function unusedKeys(keys: readonly string[], sources: readonly string[]): string[] {
  const code = sources.join('\n')
  // A template, or a name of a kind: `named('state', code)`.
  const beginnings = [
    ...[...code.matchAll(/`([\w.-]+)\$\{/g)].map(([, beginning = '']) => beginning),
    ...[...code.matchAll(/\bnamed\('([\w-]+)',/g)].map(([, kind]) => `${kind}.`),
  ]
  const ends = [...code.matchAll(/`\$\{[^`{}]+\}(\.[\w.-]+)`/g)].map(([, end = '']) => end)
  return keys.filter((key) => {
    const base = key.replace(/_(zero|one|two|few|many|other)$/, '')
    if (code.includes(`'${base}'`) || code.includes(`"${base}"`) || code.includes(`\`${base}\``)) return false
    const isBegun = beginnings.some((beginning) => base.startsWith(beginning))
    return !isBegun && !ends.some((end) => base.endsWith(end))
  })
}
