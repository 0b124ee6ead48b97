import { type Choice, inLanguage } from '../../../request-form.ts'
import { Group } from './group.tsx'
import type { EditorProps } from './props.ts'

/** Several codes of a vocabulary, each with its words and its source. A code that is no longer offered stays until it is taken out. */
export function Codes({ path, label, help, value, onChange, choices = [] }: EditorProps) {
  const chosen = Array.isArray(value) ? value.map(String) : []
  const others = chosen.filter((code) => !choices.some((one) => one.code === code))
  const toggle = (code: string, isOn: boolean) =>
    onChange(isOn ? [...chosen, code] : chosen.filter((one) => one !== code))
  return (
    <Group path={path} label={label} {...(help && { help })}>
      {choices.map((choice) => (
        <Box key={choice.code} choice={choice} isOn={chosen.includes(choice.code)} onToggle={toggle} />
      ))}
      {others.map((code) => (
        <Box
          key={code}
          choice={{ code, fr: code, en: code, source: '', until: null }}
          isOn
          onToggle={toggle}
        />
      ))}
    </Group>
  )
}

interface BoxProps {
  readonly choice: Choice
  readonly isOn: boolean
  readonly onToggle: (code: string, isOn: boolean) => void
}

function Box({ choice, isOn, onToggle }: BoxProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onToggle(choice.code, event.target.checked)}
      />
      <span>
        {inLanguage(choice)}{' '}
        <span className="small">{[choice.code, choice.source].filter(Boolean).join(' · ')}</span>
      </span>
    </label>
  )
}
