import { Link } from '@tanstack/react-router'
import { inLanguage } from '../../request-form.ts'
import { useRequestWords } from '../request/words.ts'
import { useDraft } from './draft.tsx'

/** The six steps as links, each with how much of it is done. */
export function StepNav({ current }: { readonly current: string }) {
  const say = useRequestWords()
  const { form, request } = useDraft()
  return (
    <nav className="stepper" aria-label={say('steps')}>
      <ol>
        {form.steps.map(({ step, label }) => {
          const progress = request.completeness.steps.find((one) => one.step === step)
          const { asked = 0, done = 0 } = progress ?? {}
          const isDone = done === asked
          return (
            <li key={step} className={isDone ? 'done' : undefined}>
              <Link
                to="."
                search={(before) => ({ ...before, step })}
                aria-current={step === current ? 'step' : undefined}
              >
                <span>{inLanguage(label)}</span>
                <span className="small">
                  {isDone ? `✔ ${say('step-done')}` : say('step-progress', { done, asked })}
                </span>
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
