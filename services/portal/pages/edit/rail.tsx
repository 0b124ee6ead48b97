import { Link } from '@tanstack/react-router'
import { inLanguage } from '../../request-form.ts'
import { useNames, useRequestWords } from '../request/words.ts'
import { useDraft } from './draft.tsx'
import { AccessDays, Meter } from './meter.tsx'
import { rootOf } from './storing.ts'

/** Beside every step: how far the request is, what it lacks, and how much it asks for. */
export function Rail() {
  const say = useRequestWords()
  const { request } = useDraft()
  const { percent, complete } = request.completeness
  return (
    <aside className="rail" aria-label={say('rail')}>
      <section aria-labelledby="progress">
        <h2 id="progress">{say('progress')}</h2>
        <progress aria-labelledby="progress" max={100} value={percent} />
        <p className="small">{complete ? say('complete') : say('percent', { percent })}</p>
        <AccessDays request={request} />
        <Missing />
      </section>
      <Meter minimisation={request.minimisation} />
    </aside>
  )
}

/** Each missing item leads to its field. */
function Missing() {
  const say = useRequestWords()
  const named = useNames()
  const { form, request } = useDraft()
  const labels = new Map(
    form.steps.flatMap(({ fields }) => fields.map((one) => [one.name, inLanguage(one.label)])),
  )
  const wordsOf = (path: string) => {
    const label = labels.get(rootOf(path)) ?? path
    const part = /\.(\w+)$/.exec(path)?.[1]
    return part === undefined ? label : `${label} › ${named('member', part)}`
  }
  const items = request.completeness.steps.flatMap(({ step, missing }) =>
    missing.map((item) => ({ ...item, step })),
  )
  const advice = request.completeness.steps.flatMap((one) => one.advice)
  return (
    <>
      {items.length > 0 && (
        <details open>
          <summary>{say('missing', { count: items.length })}</summary>
          <ul className="missing small">
            {items.map((item) => (
              <li key={`${item.path} ${item.fr}`}>
                <Link
                  to="."
                  search={(before) => ({ ...before, step: item.step, view: undefined })}
                  hash={item.path}
                >
                  {wordsOf(item.path)}
                </Link>{' '}
                {inLanguage(item)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {advice.length > 0 && (
        <details>
          <summary>{say('advice', { count: advice.length })}</summary>
          <ul className="missing small">
            {advice.map((item) => (
              <li key={`${item.path} ${item.fr}`}>
                {wordsOf(item.path)} : {inLanguage(item)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
