/** The words of the table of failures. */
export const conditions = ['down', 'slow', 'garbage'] as const
export type Condition = (typeof conditions)[number]

/** French and English. */
export interface Both {
  readonly fr: string
  readonly en: string
}

/** What a test sees; null where there is none. */
export interface Observed {
  /** Of the answer to whoever asks meanwhile; null where nobody answers. */
  readonly status: number | null
  readonly code: string | null
  /** Status with which the node asks to be ended. */
  readonly exit: number | null
  /** All is well again once the dependency is, without a hand but where `back` names one. */
  readonly isBack: boolean
}

export interface Cell {
  /** What is the matter with it, in this cell. */
  readonly what: Both
  readonly expected: Observed
  /** What follows, for those who work. */
  readonly follows: Both
  /** How it comes back. */
  readonly back: Both
  /** `file › title` of the test. */
  readonly test: string
}

export interface Dependency {
  readonly name: Both
  /** Where the operator is told: a metric, an entry of the log of evidence, a line of the operations log. */
  readonly alarm: string
  readonly cells: Readonly<Record<Condition, Cell>>
}

/** The answer, and the end of the node where it asks for one; it comes back by itself. */
export function told(status: number | null, code: string | null, exit: number | null = null): Observed {
  return { status, code, exit, isBack: true }
}

export const byItself: Both = { fr: 'De lui-même.', en: 'By itself.' }
