/** A problem document as lines for a terminal. Pure. */
import type { ProblemText } from './ending.ts'

export function problemLines(problem: ProblemText, sql?: string): string[] {
  const { title, detail, code, hint, rule, location, missing = [], receipt } = problem
  return [
    `${code} — ${title}`,
    detail,
    ...(sql !== undefined && location ? pointAt(sql, location) : []),
    ...missing.map(({ path, message }) => `  ${path || '.'}: ${message}`),
    ...(hint === undefined ? [] : [`→ ${hint}`]),
    ...(rule === undefined ? [] : [`  règle / rule: ${rule}`]),
    ...(receipt === undefined ? [] : [`  journal / log: ${receipt.log} n° ${receipt.seq}`]),
  ]
}

/** The line of the text at fault, with carets under the place. */
export function pointAt(sql: string, { offset, length }: { offset: number; length: number }): string[] {
  const before = sql.slice(0, offset)
  const from = before.lastIndexOf('\n') + 1
  const to = sql.indexOf('\n', offset)
  const line = sql.slice(from, to === -1 ? undefined : to)
  const number = `${before.split('\n').length} | `
  const column = offset - from
  const marks = '^'.repeat(Math.max(1, Math.min(length, line.length - column)))
  // A tab stays a tab, so that the carets stand under the place whatever its width.
  const indent = line.slice(0, column).replaceAll(/[^\t]/g, ' ')
  return [number + line, ' '.repeat(number.length) + indent + marks]
}
