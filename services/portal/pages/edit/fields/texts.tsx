import { useState } from 'react'
import { Field } from '../../../parts/field.tsx'
import { useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'
import { kindOf } from './kind.ts'
import type { EditorProps } from './props.ts'

/** A list of texts, one on each line; a list of groups, the names of each group separated by commas. */
export function Texts({ path, label, help, schema, value, onChange }: EditorProps) {
  const say = useRequestWords()
  const isGrouped = kindOf(schema) === 'groups'
  const stored = written(value)
  // A line that has just been begun, or a comma, is not yet part of the list: what was typed stays as it is.
  const [typed, setTyped] = useState(stored)
  const shown = written(read(typed, isGrouped)) === stored ? typed : stored
  const error = useFaults(path)
    .filter((fault) => !fault.isAbsent)
    .map(({ text }) => text)
    .join(' ')
  const hint = say(isGrouped ? 'one-group-per-line' : 'one-per-line')
  return (
    <div data-path={path}>
      <Field label={label} help={help ? `${help} ${hint}` : hint} {...(error && { error })}>
        {(tied) => (
          <textarea
            {...tied}
            rows={3}
            value={shown}
            onChange={(event) => {
              setTyped(event.target.value)
              onChange(read(event.target.value, isGrouped))
            }}
          />
        )}
      </Field>
    </div>
  )
}

function read(text: string, isGrouped: boolean): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return isGrouped ? lines.map((line) => parts(line)) : lines
}

function parts(line: string): string[] {
  return line
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function written(value: unknown): string {
  if (!Array.isArray(value)) return ''
  return value.map((one) => (Array.isArray(one) ? one.join(', ') : String(one))).join('\n')
}
