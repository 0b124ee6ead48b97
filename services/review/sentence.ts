/** An entry of the log as one sentence: who did what, to which data, what came of it. */
import { type Language, say } from '../kernel/text.ts'

export interface Told {
  readonly type: string
  /** How the person is called; null when nobody acted, or nobody knows who. */
  readonly actor: string | null
  readonly dataset?: string
  readonly code?: string
  readonly issuer?: string
  readonly purpose?: string
}

/** Without a full stop, so that it can go on. A type that has no sentence is a bug and throws. */
export function entrySentence(
  { type, actor, dataset, code = '', issuer = '', purpose }: Told,
  language: Language,
): string {
  const sentence = say(language, {
    key: `entry.${type}`,
    with: {
      actor: actor ?? say(language, { key: 'entry.nobody' }),
      dataset: dataset ?? say(language, { key: 'entry.no-dataset' }),
      code,
      issuer,
    },
  })
  return purpose === undefined
    ? sentence
    : say(language, { key: 'entry.purpose', with: { sentence, purpose } })
}
