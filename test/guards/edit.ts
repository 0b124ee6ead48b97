/** An edit that takes one rule away. A test must turn red with it; when none does, nothing holds the rule. */
export interface Edit {
  /** What is taken away, in a few words. */
  readonly rule: string
  readonly file: string
  /** Stands exactly once in the file. */
  readonly text: string
  readonly by: string
  /** Test files that should see it, those that are quick first. */
  readonly tests: readonly string[]
  /** Why nothing is lost when it goes alone: the rule that stands behind it. */
  readonly spare?: string
}

type Line = readonly [rule: string, text: string, by: string, spare?: string]

/** Edits of one file, seen by the same tests. */
export function editsOf(file: string, tests: readonly string[], lines: readonly Line[]): readonly Edit[] {
  return lines.map(([rule, text, by, spare]) => ({
    rule,
    file,
    text,
    by,
    tests,
    ...(spare ? { spare } : {}),
  }))
}
