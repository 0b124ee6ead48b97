import { useId } from 'react'
import { inLanguage } from '../../../request-form.ts'
import { useRequestWords } from '../../request/words.ts'
import { isObject } from '../patch.ts'
import { Group } from './group.tsx'
import type { EditorProps } from './props.ts'
import { useFamily } from './purposes.tsx'

type Answer = 'no' | 'yes'

/** Each forbidden use with its answer; no to all is one act, and what is stored then is “none”. */
export function Prohibitions({ choices = [], value, onChange, ...props }: EditorProps) {
  const say = useRequestWords()
  const family = useFamily()
  const name = useId()
  const asked = choices.filter((one) => family === 'any' || one.family === family)
  const answers = answersOf(
    value,
    asked.map(({ code }) => code),
  )
  const answer = (code: string, word: Answer) => onChange(listed(new Map([...answers, [code, word]])))
  return (
    <Group {...props}>
      <p>
        <button type="button" onClick={() => onChange('none')}>
          {say('no-to-all')}
        </button>
      </p>
      {asked.map(({ code, source, ...words }) => (
        <fieldset key={code} className="answer">
          <legend>
            {inLanguage(words)} <span className="small">{source}</span>
          </legend>
          {(['no', 'yes'] as const).map((word) => (
            <label key={word} className="check">
              <input
                type="radio"
                name={`${name}-${code}`}
                checked={answers.get(code) === word}
                onChange={() => answer(code, word)}
              />
              {say(word)}
            </label>
          ))}
        </fieldset>
      ))}
    </Group>
  )
}

function answersOf(value: unknown, codes: readonly string[]): ReadonlyMap<string, Answer> {
  if (value === 'none') return new Map(codes.map((code) => [code, 'no']))
  const given = Array.isArray(value) ? value.filter(isObject) : []
  return new Map(given.map(({ code, answer }) => [String(code), answer === 'yes' ? 'yes' : 'no']))
}

function listed(answers: ReadonlyMap<string, Answer>) {
  return [...answers].map(([code, answer]) => ({ code, answer }))
}
