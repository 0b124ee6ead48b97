import { timeOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Problem } from '../../problem.ts'
import { useRequestWords } from '../request/words.ts'
import { Clashes } from './clashes.tsx'
import './clashes.css'
import { useDraft } from './draft.tsx'

/** Whether what was typed is stored; a refusal with its reason. */
export function Saved() {
  const say = useRequestWords()
  const { saving } = useDraft()
  const { phase, at, error, edits, clashing } = saving
  const isPartOf = phase === 'saved' && Object.keys(edits).length > 0
  // What is wrong with one field is said at that field.
  const isOfFields = error instanceof Problem && (error.body.missing ?? []).length > 0
  return (
    <>
      <p role="status" className="saved">
        {(phase === 'waiting' || phase === 'saving') && <Mark tone="wait">{say('saving')}</Mark>}
        {phase === 'saved' && at !== null && clashing.length === 0 && (
          <Mark tone={isPartOf ? 'wait' : 'good'}>
            {say(isPartOf ? 'saved-in-part' : 'saved', { time: timeOf(at) })}
          </Mark>
        )}
        {phase === 'silent' && <Mark tone="warn">{say('not-saved-silent')}</Mark>}
        {phase === 'refused' && isOfFields && <Mark tone="bad">{say('not-saved-field')}</Mark>}
      </p>
      {phase === 'refused' && !isOfFields && <Refusal error={error} takesFocus={false} />}
      <Clashes />
    </>
  )
}
