import type { Table } from '../../../datasets.ts'
import { Field } from '../../../parts/field.tsx'
import { useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'
import { isObject } from '../patch.ts'
import { Filter } from './filter.tsx'
import { Group } from './group.tsx'

interface PopulationProps {
  readonly path: string
  readonly tables: readonly Table[]
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** Which persons: those whose row in one table satisfies an expression. Without a table, everybody. */
export function Population({ path, tables, value, onChange }: PopulationProps) {
  const say = useRequestWords()
  const { table = '', filter } = isObject(value) ? value : {}
  const fault = useFaults(`${path}.table`)
    .map(({ text }) => text)
    .join(' ')
  return (
    <Group path={path} label={say('population')} help={say('population-help')}>
      <Field label={say('population-table')} {...(fault && { error: fault })}>
        {(tied) => (
          <select
            {...tied}
            value={String(table)}
            onChange={(event) =>
              onChange(event.target.value === '' ? undefined : { table: event.target.value, filter })
            }
          >
            <option value="">{say('population-everybody')}</option>
            {tables.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {table !== '' && (
        <Filter
          path={`${path}.filter`}
          label={say('population-filter')}
          value={filter}
          onChange={(text) => onChange({ table, filter: text })}
        />
      )}
    </Group>
  )
}
