import { numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import type { Project } from './cards.tsx'
import { useProjectWords } from './words.ts'

const tones = { preparing: 'wait', ready: 'good', closed: 'plain' } as const

/** The sealed extract: being prepared, ready, or closed; how many rows of persons it keeps is not told. */
export function Bulle({ bulle }: Pick<Project, 'bulle'>) {
  const say = useProjectWords()
  const { status, tables, progress } = bulle
  return (
    <section aria-labelledby="bulle">
      <h2 id="bulle">{say('bulle')}</h2>
      <p role="status">
        <Mark tone={tones[status]}>{say(`bulle.${status}`)}</Mark>
        {progress && (
          <>
            {' — '}
            {say(`bulle-step.${progress.step}`)} {progress.dataset}
            {progress.secondsLeft !== undefined &&
              ` (${say('seconds-left', { count: progress.secondsLeft })})`}
          </>
        )}
      </p>
      {status === 'preparing' && <progress aria-labelledby="bulle" />}
      {tables.length > 0 && (
        <ul className="plain columns">
          {tables.map(({ name, dataset, rows }) => (
            <li key={`${dataset} ${name}`}>
              <code>{name}</code>{' '}
              <span className="small">
                {[dataset, rows !== undefined && say('rows', { rows: numberOf(rows) })]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
