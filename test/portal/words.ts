/** Keys of a catalogue that no source says: neither whole, nor by the beginning of a template. Endings of plurals are left aside. */
export function unusedKeys(keys: readonly string[], sources: readonly string[]): string[] {
  const code = sources.join('\n')
  const beginnings = [...code.matchAll(/`([\w.-]+)\$\{/g)].map(([, beginning = '']) => beginning)
  return keys.filter((key) => {
    const base = key.replace(/_(zero|one|two|few|many|other)$/, '')
    if (code.includes(`'${base}'`) || code.includes(`"${base}"`) || code.includes(`\`${base}\``)) return false
    return !beginnings.some((beginning) => base.startsWith(beginning))
  })
}
