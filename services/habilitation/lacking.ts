/** One thing that is missing, in words. Pure. */
import type { Missing } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'

/** `rule` is the end of a sentence `missing.<rule>` of kernel/messages. */
export function lacks(path: string, rule: string): Missing {
  return { path, message: say('fr', { key: `missing.${rule}` }) }
}
