/** What has a data key of its own. A kind is never renamed: it is part of what sealed files and wrapped keys are bound to. */
export type KeyKind =
  | 'airlock'
  | 'attachment'
  | 'bulle'
  | 'check'
  | 'deposit'
  | 'kept'
  | 'opt-out-list'
  | 'opt-outs'
  | 'profile'
  | 'pseudonym'
  | 'saved-queries'
  | 'signing'
  | 'audit'
  | 'twin'
  | 'upload'
  | 'version'
  | 'workspace'

export interface KeyName {
  readonly kind: KeyKind
  /** Which of its kind: a project, `<dataset>/v<N>`, a deposit. A slash is what `destroyAll` goes by. */
  readonly id: string
}

/** What a wrapped key is bound to. */
export function aboutOf({ kind, id }: KeyName): string {
  return `huisclos|key|${kind}|${id}`
}
