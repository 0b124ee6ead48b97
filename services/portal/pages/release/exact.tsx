import { useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import type { Findings, Release, ReleaseFile } from '../../releases.ts'
import { words } from '../../text.ts'
import en from '../../words/release.en.json' with { type: 'json' }
import fr from '../../words/release.fr.json' with { type: 'json' }

const useWords = words('release', { fr, en })

/** Asks for the cells that the rules withhold, with a word of why. */
export function ExactAsk() {
  const say = useWords()
  const [isAsked, setAsked] = useState(false)
  return (
    <fieldset className="exact-ask">
      <legend>{say('exact')}</legend>
      <p>
        <label>
          <input type="checkbox" checked={isAsked} onChange={() => setAsked(!isAsked)} /> {say('exact.ask')}
        </label>
      </p>
      <p className="help">{say('exact.help')}</p>
      {isAsked && (
        <Field label={say('exact.why')} help={say('exact.why.help')}>
          {(tied) => <textarea {...tied} name="exact" rows={3} required maxLength={4000} />}
        </Field>
      )}
    </fieldset>
  )
}

interface ExactProps {
  readonly release: Release
  readonly file: ReleaseFile
}

/** That withheld cells are asked for, why, and what of them the reader sees here. */
export function ExactNotice({ release, file: { exact } }: ExactProps) {
  const say = useWords()
  if (exact === undefined) return null
  const isChecker = release.offered.includes('review') || release.reviews.some(({ own }) => own)
  return (
    <div className="notice">
      <p>
        <Mark tone={exact.released ? 'good' : 'warn'}>{say('exact')}</Mark>
      </p>
      <p>{say(exact.released ? 'exact.released' : isChecker ? 'exact.checker' : 'exact.sealed')}</p>
      <dl>
        <dt>{say('exact.why')}</dt>
        <dd>{exact.justification}</dd>
        {exact.released && (
          <>
            <dt>{say('exact.left')}</dt>
            <dd>
              {exact.released.cells.length} (
              {Object.entries(exact.released.rules)
                .map(([rule, count]) => `${rule} : ${count}`)
                .join(', ')}
              )
            </dd>
          </>
        )}
      </dl>
    </div>
  )
}

/** A cell that the rules withhold, as its checker sees it: hatched, with its value, the persons behind it and the rules. */
export function ExactCell({
  value,
  cell: { persons, rules, isGiven },
}: {
  readonly value: string | null
  readonly cell: Findings['withheld'][number]
}) {
  const say = useWords()
  return (
    <>
      {isGiven ? <strong>{value}</strong> : <span>{say('exact.own')}</span>}
      <span className="why">
        <Mark tone="bad">{say('exact.cell')}</Mark> {say('exact.persons', { count: persons })} ·{' '}
        {rules.map((rule) => (rule === 'secondary' ? say('exact.secondary') : rule)).join(', ')}
      </span>
    </>
  )
}
