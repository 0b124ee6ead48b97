import { Mark, type Tone } from '../../parts/mark.tsx'
import { useNames } from './words.ts'

const tones: Readonly<Record<string, Tone>> = {
  awaiting_completion: 'warn',
  received: 'wait',
  under_assessment: 'wait',
  pre_permit: 'warn',
  under_appeal: 'wait',
  issued: 'wait',
  active: 'good',
  suspended: 'bad',
  revocation_noticed: 'bad',
  refused: 'bad',
  revoked: 'bad',
  expired: 'plain',
}

/** The state of a request or of its permit, in a word. */
export function StateMark({ state }: { readonly state: string }) {
  const named = useNames()
  return <Mark tone={tones[state] ?? 'plain'}>{named('state', state)}</Mark>
}

/** Whose turn it is: “you” where the reader is meant. */
export function Turn({ turn, isMine }: { readonly turn: string; readonly isMine: boolean }) {
  const named = useNames()
  return isMine ? <Mark tone="warn">{named('turn', 'you')}</Mark> : <span>{named('turn', turn)}</span>
}
