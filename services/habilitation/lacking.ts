/** One thing that is missing, in words. Pure. */
import type { Missing, Sentence } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'

/** An item that is missing at a path: `missing.<rule>` of kernel/messages says what. */
export function lacks(path: string, rule: string, about: Sentence['with'] = {}): Missing {
  const sentence = { key: `missing.${rule}`, with: about }
  return { path, message: say('fr', sentence), sentence }
}
