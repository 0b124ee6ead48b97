/** Regular expressions that come from a statement and run here, on names of columns: kept to what cannot take long. */

const longest = 200
/** Repeats of no fixed length; a name has a hundred characters, so that four of them still end at once. */
const maxRepeats = 3

/**
 * What a pattern finds in a name, groups included, or null. Answers null itself for a pattern that could take long or that this
 * engine reads otherwise than DuckDB's: repeated groups, look-around, references, escapes of letters but the common ones.
 */
export function isMatch(pattern: string): ((name: string) => RegExpExecArray | null) | null {
  const outside = pattern.replace(/\[[^\]]*\]/g, 'x').replace(/\\[^A-Za-z0-9]/g, 'x')
  const repeats = outside.match(/[*+]|\{\d+,/g) ?? []
  const isStrange = /\(\?|\)[*+?{]|\\[^dDwWsSb]/.test(outside)
  if (pattern.length > longest || repeats.length > maxRepeats || isStrange) return null
  try {
    const expression = new RegExp(pattern, 'u')
    return (name) => expression.exec(name)
  } catch {
    return null
  }
}
