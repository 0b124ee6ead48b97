import { Group } from './group.tsx'
import type { EditorProps } from './props.ts'

/** Yes or no, with its help beside the box. */
export function Flag({ path, label, help, value, onChange }: EditorProps) {
  const box = (
    <label className="check">
      <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
      {help ?? label}
    </label>
  )
  if (help) {
    return (
      <Group path={path} label={label}>
        {box}
      </Group>
    )
  }
  return <div data-path={path}>{box}</div>
}
