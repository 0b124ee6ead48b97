/** How a command ends: the one table of exit statuses (the audit commands share theirs with the stand-alone verifier). */
export const exits = {
  done: 0,
  failed: 1,
  depositRefused: 2,
  refused: 3,
  invalid: 4,
  checkFailed: 5,
  unavailable: 6,
  unauthenticated: 9,
  usage: 64,
  interrupted: 130,
} as const

/** A problem document as the node sent it. */
export interface ProblemText {
  readonly title: string
  readonly detail: string
  readonly code: string
  readonly hint?: string
  readonly rule?: string
  readonly location?: { readonly offset: number; readonly length: number }
  readonly missing?: readonly { readonly path: string; readonly message: string }[]
  readonly receipt?: { readonly log: string; readonly seq: number }
}

/** An ending with something to say on standard error; not a bug. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: number
  readonly problem: ProblemText | undefined

  constructor(message: string, exit: number, problem?: ProblemText) {
    super(message)
    this.exit = exit
    this.problem = problem
  }
}

/** The exit status that an HTTP status stands for. */
export function exitOf(status: number): number {
  if (status === 401) return exits.unauthenticated
  if (status === 413 || status === 415 || status === 422) return exits.invalid
  if (status === 502 || status === 503 || status === 504) return exits.unavailable
  return status >= 500 ? exits.failed : exits.refused
}
