import type { Deposit } from '../../deposits.ts'
import { bytesOf, numberOf } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { spoken } from './spoken.ts'
import { type Step, stepsOf } from './steps.ts'

const useWords = words('deposits', { fr, en })

const tones: Readonly<Record<Step['state'], Tone>> = {
  todo: 'plain',
  doing: 'wait',
  done: 'good',
  failed: 'bad',
}

/** How far the checks are: six steps, and in figures what is being done. */
export function StepList({ deposit }: { readonly deposit: Deposit }) {
  const say = useWords()
  const { progress, status } = deposit
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say('steps')}</h2>
      <ol className="steps">
        {stepsOf(deposit).map(({ name, state, count }) => (
          <li key={name} className={state}>
            <strong>{say(`step.${name}`)}</strong>
            <Mark tone={tones[state]}>{say(`step.state.${state}`)}</Mark>
            {count > 0 && <span className="small">{say('step.findings', { count })}</span>}
          </li>
        ))}
      </ol>
      {status === 'checking' && progress && <Now progress={progress} />}
    </section>
  )
}

function Now({ progress }: { readonly progress: NonNullable<Deposit['progress']> }) {
  const say = useWords()
  const { step, table, rows = 0, bytes = 0, total = 0, secondsLeft } = progress
  const parts = [
    spoken(say, `now.${step}`, step),
    ...(table === undefined ? [] : [say('now.table', { table })]),
    ...(rows > 0 ? [say('now.rows', { rows: numberOf(rows) })] : []),
    ...(total > 0 ? [`${bytesOf(bytes)} / ${bytesOf(total)}`] : []),
    ...(secondsLeft === undefined ? [] : [say('now.left', { seconds: numberOf(secondsLeft) })]),
  ]
  return (
    <>
      {total > 0 && <progress max={total} value={bytes} aria-label={say('steps')} />}
      <p className="small">{parts.join(' · ')}</p>
      <p role="status" className="unseen">
        {spoken(say, `now.${step}`, step)}
      </p>
    </>
  )
}
