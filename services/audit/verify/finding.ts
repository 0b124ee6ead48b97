/** What kind of thing is wrong with a log. */
export type FindingClass =
  | 'key'
  | 'checkpoint'
  | 'root'
  | 'tile'
  | 'bundle'
  | 'entry'
  | 'time'
  | 'counter'
  | 'pairing'
  | 'payload'
  | 'heads'
  | 'journal'
  | 'shard'
  | 'rollback'
  | 'witness'
  | 'missing'
  | 'unknown-file'

/** The log is not what was signed, or not what a log may be. Thrown inside the verifier, told in its verdict. */
export class Finding extends Error {
  override readonly name = 'Finding'
  readonly kind: FindingClass
  readonly seq: number | undefined

  /** `seq` is the first entry concerned, when one is. */
  constructor(kind: FindingClass, message: string, seq?: number) {
    super(message)
    this.kind = kind
    this.seq = seq
  }
}

export function insist(holds: unknown, kind: FindingClass, where: string | [string, number]): asserts holds {
  if (holds) return
  const [message, seq] = typeof where === 'string' ? [where, undefined] : where
  throw new Finding(kind, message, seq)
}
