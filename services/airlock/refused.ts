/** Refusals of this room: each with its rule and a sentence. */
import { type Code, type Facts, Refusal } from '../kernel/refusal.ts'
import type { State } from './release.ts'

/** `fact.airlock.<rule>` of kernel/messages says why. */
export function refused(code: Code, rule: string, more: Pick<Facts, 'missing'> = {}): Refusal {
  return new Refusal(code, { rule: `airlock.${rule}`, fact: { key: `fact.airlock.${rule}` }, ...more })
}

/** It is not the moment. */
export function wrongState(state: State): Refusal {
  return new Refusal('WRONG_STATE', {
    rule: `airlock.${state}`,
    fact: { key: 'fact.airlock.state', with: { state } },
  })
}
