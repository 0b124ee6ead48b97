/** Statements kept as SQL text: each has a title, and may say what is expected of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Kept {
  readonly title: string
  readonly sql: string
  /** Columns whose figure a rule replaces: quantiles are smoothed, extremes trimmed. */
  readonly smoothed: readonly string[]
  /** The form of SQL that the system cannot read yet. */
  readonly awaits?: string
  /** The code that it must be refused with. */
  readonly refused?: string
}

/**
 * The statements of a file. Before each stand comment lines: `-- a title`, then any of `-- smoothed: a, b`, `-- awaits: …`,
 * `-- refused: CODE`.
 */
export function statementsOf(file: string): readonly Kept[] {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8')
  return text
    .split(/;\s*\n/)
    .filter((part) => part.trim() !== '')
    .map((part) => read(part.trim().split('\n')))
}

function read(lines: readonly string[]): Kept {
  const start = lines.findIndex((line) => !line.startsWith('--'))
  const comments = lines.slice(0, start).map((line) => line.replace(/^--\s*/, ''))
  const tag = (name: string) => comments.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  const title = comments.filter((line) => !/^(smoothed|awaits|refused): /.test(line)).join(' ')
  const [awaits, refused] = [tag('awaits'), tag('refused')]
  return {
    title,
    sql: lines.slice(start).join('\n'),
    smoothed: tag('smoothed')?.split(', ') ?? [],
    ...(awaits ? { awaits } : {}),
    ...(refused ? { refused } : {}),
  }
}
