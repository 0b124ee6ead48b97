import { useRequestWords } from '../../request/words.ts'
import { Leaf } from './leaf.tsx'

interface FilterProps {
  readonly path: string
  readonly label: string
  readonly value: unknown
  readonly onChange: (value: string) => void
}

/** An expression over the columns of one table; what the house says of it stands beneath it. */
export function Filter({ path, label, value, onChange }: FilterProps) {
  const say = useRequestWords()
  return (
    <div className="sql">
      <Leaf
        path={path}
        label={label}
        help={say('filter-help')}
        schema={{ type: 'string', minLength: 1, maxLength: 4000 }}
        value={value}
        onChange={(text) => onChange(String(text))}
      />
    </div>
  )
}
