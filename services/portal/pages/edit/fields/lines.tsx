import { useRequestWords } from '../../request/words.ts'
import { isObject } from '../patch.ts'
import { DatasetPicker } from './dataset-picker.tsx'
import { Group } from './group.tsx'
import { LineEditor } from './line.tsx'
import type { EditorProps } from './props.ts'

/** The datasets that are asked for, one line each. */
export function Lines({ path, schema, value, onChange, ...props }: EditorProps) {
  const say = useRequestWords()
  const lines = Array.isArray(value) ? value.filter(isObject) : []
  return (
    <Group path={path} {...props}>
      {lines.length === 0 && <p className="empty">{say('lines-none')}</p>}
      {lines.map((line, index) => (
        <LineEditor
          key={String(line.dataset)}
          path={`${path}[${index}]`}
          schema={schema.items ?? {}}
          line={line}
          onChange={(changed) => onChange(lines.map((one, i) => (i === index ? changed : one)))}
          onRemove={() => onChange(lines.filter((_, i) => i !== index))}
        />
      ))}
      <DatasetPicker
        taken={lines.map(({ dataset }) => String(dataset))}
        onPick={(dataset) => onChange([...lines, { dataset, tables: {} }])}
      />
    </Group>
  )
}
