import { Refusal } from '../kernel/refusal.ts'

/**
 * Why a statement did not end well. The caller is told QUERY_FAILED in every case, byte for byte the same; the kind goes to
 * the audit log and to the operations log.
 */
export type FailureKind = 'deadline' | 'memory' | 'crash' | 'aborted' | 'drift' | 'failed'

/** The hidden cause of a QUERY_FAILED of this room. `detail` is the class of an engine's error, never its message. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly kind: FailureKind
  readonly detail: string | undefined

  constructor(kind: FailureKind, detail?: string) {
    super(detail === undefined ? kind : `${kind}: ${detail}`)
    this.kind = kind
    this.detail = detail
  }
}

/** The one refusal that leaves this room when a statement does not end well. */
export function queryFailed(kind: FailureKind, detail?: string): Refusal {
  return new Refusal('QUERY_FAILED', {}, { cause: new EngineFailure(kind, detail) })
}

/** The kind behind an error of this room; `failed` for an error that is not ours. */
export function failureOf(error: unknown): FailureKind {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof EngineFailure ? cause.kind : 'failed'
}

/** What a worker of ours said of its failure; undefined when it said nothing. */
export function detailOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof EngineFailure ? cause.detail : undefined
}
