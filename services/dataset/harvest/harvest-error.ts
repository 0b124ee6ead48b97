/** Why a foreign catalogue is not taken. Its words are ours: nothing of the feed is in them. */

/** Each has its sentence in the command. */
export type HarvestRule =
  | 'address'
  | 'redirect'
  | 'answer'
  | 'time'
  | 'type'
  | 'size'
  | 'triples'
  | 'depth'
  | 'syntax'
  | 'context'
  | 'loop'
  | 'pages'
  | 'elsewhere'
  | 'catalogue'
  | 'incomplete'

export class HarvestError extends Error {
  override readonly name = 'HarvestError'
  readonly rule: HarvestRule
  /** Line of the document, from 1, where it is known. */
  readonly line: number | undefined

  constructor(rule: HarvestRule, line?: number) {
    super(line === undefined ? rule : `${rule}, line ${line}`)
    this.rule = rule
    this.line = line
  }
}

/** What one harvest may take. */
export const limits = {
  pages: 200,
  pageBytes: 16 * 1024 ** 2,
  triples: 200_000,
  depth: 50,
} as const
