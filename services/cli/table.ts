/** Rows as an aligned table for people. Pure. */
export interface Shown {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly suppressed: readonly (readonly [number, number])[]
  readonly k: number
}

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/

/** Numbers to the right; a withheld cell says `< k`, never blank and never zero. */
export function tableLines({ columns, rows, suppressed, k }: Shown): string[] {
  const hidden = new Set(suppressed.map(([row, column]) => `${row}:${column}`))
  const cells = rows.map((row, r) =>
    row.map((value, c) => (hidden.has(`${r}:${c}`) ? `< ${k}` : textOf(value))),
  )
  const widths = columns.map(({ name }, c) =>
    Math.max(widthOf(name), ...cells.map((row) => widthOf(row[c] ?? ''))),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, c) => pad(text, { width: widths[c] ?? 0, right: numeric.test(columns[c]?.type ?? '') }))
      .join('  ')
      .trimEnd()
  return [
    line(columns.map(({ name }) => name)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(line),
  ]
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '∅'
  if (typeof value === 'object') return JSON.stringify(value)
  // Line ends and other controls would break the table, or the terminal.
  return String(value).replaceAll(/\p{Cc}/gu, '·')
}

const widthOf = (text: string) => [...text].length

function pad(text: string, { width, right }: { width: number; right: boolean }): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? blanks + text : text + blanks
}
