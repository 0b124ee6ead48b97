/** How two texts differ, line by line. Pure. */

export interface TextLine {
  readonly text: string
  /** Of which text it is: of the first alone, of the second alone, or of both. */
  readonly of: 'first' | 'second' | 'both'
}

/** Beyond so many pairs of lines the first difference that is found is told, not the shortest. */
const mostPairs = 1_000_000

/** By the longest common subsequence of their lines. */
export function differences(first: string, second: string): readonly TextLine[] {
  const a = first.split('\n')
  const b = second.split('\n')
  const common = a.length * b.length > mostPairs ? [] : lengths(a, b)
  const lines: TextLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const [one = '', other = ''] = [a[i], b[j]]
    const of = one === other ? 'both' : soonerOf(common, i, j)
    lines.push({ text: of === 'second' ? other : one, of })
    if (of !== 'second') i++
    if (of !== 'first') j++
  }
  const rest = (texts: readonly string[], of: TextLine['of']) => texts.map((text) => ({ text, of }))
  return [...lines, ...rest(a.slice(i), 'first'), ...rest(b.slice(j), 'second')]
}

type Lengths = readonly (readonly number[])[]

const at = (table: Lengths, i: number, j: number) => table[i]?.[j] ?? 0

/** The text of which a line is left out with the least lost. */
function soonerOf(common: Lengths, i: number, j: number): 'first' | 'second' {
  return at(common, i + 1, j) >= at(common, i, j + 1) ? 'first' : 'second'
}

/** Of the longest common subsequence of what follows line `i` of one and line `j` of the other. */
function lengths(a: readonly string[], b: readonly string[]): Lengths {
  const table: number[][] = []
  let below: readonly number[] = []
  for (let i = a.length - 1; i >= 0; i--) {
    const row: number[] = []
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    table[i] = row
    below = row
  }
  return table
}
