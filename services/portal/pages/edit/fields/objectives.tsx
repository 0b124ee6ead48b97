import { useRequestWords } from '../../request/words.ts'
import { isObject } from '../patch.ts'
import { Group } from './group.tsx'
import { Leaf } from './leaf.tsx'
import type { EditorProps } from './props.ts'

/** Objectives are numbered for the lead: a number that was given once is not given again while others stand. */
export function Objectives({ path, schema, value, onChange, ...props }: EditorProps) {
  const say = useRequestWords()
  const all = Array.isArray(value) ? value.filter(isObject) : []
  const label = schema.items?.properties?.label ?? {}
  const highest = Math.max(0, ...all.map(({ id }) => Number(/^O(\d+)$/.exec(String(id))?.[1] ?? 0)))
  return (
    <Group path={path} {...props}>
      {all.map((one, index) => (
        <div key={String(one.id)} className="row">
          <Leaf
            path={`${path}[${index}].label`}
            label={say('objective', { id: String(one.id) })}
            schema={label}
            value={one.label}
            onChange={(text) => onChange(all.map((old, i) => (i === index ? { ...old, label: text } : old)))}
          />
          <button type="button" onClick={() => onChange(all.filter((_, i) => i !== index))}>
            {say('objective-remove', { id: String(one.id) })}
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...all, { id: `O${highest + 1}`, label: '' }])}>
        {say('objective-add')}
      </button>
    </Group>
  )
}
