/** What became of that which an entry tells. */
import type { EntryType } from './entry.ts'

export type Outcome = 'allowed' | 'refused' | 'failed' | 'done'

/**
 * How an entry of this type reads in a search: something was let through, turned away, went wrong, or simply happened. The
 * one type that says either is `query.checked`: it counts as done here, its own `decision` says more.
 */
export function outcomeOf(type: EntryType): Outcome {
  if (type === 'query.intent' || type === 'query.release' || type === 'access.read') return 'allowed'
  if (type === 'habilitation.read' || type === 'airlock.read') return 'allowed'
  if (type === 'deposit.quarantined' || type.endsWith('.refused')) return 'refused'
  if (type.endsWith('.failed') || type === 'query.abort' || type === 'state.aborted') return 'failed'
  return 'done'
}
