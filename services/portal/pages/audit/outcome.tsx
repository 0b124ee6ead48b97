import type { Outcome } from '../../dpo-search.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { useWords } from './words.ts'

const tones: Readonly<Record<Outcome, Tone>> = {
  allowed: 'good',
  refused: 'bad',
  failed: 'warn',
  done: 'plain',
}

export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  const say = useWords()
  return <Mark tone={tones[outcome]}>{say(outcome)}</Mark>
}
