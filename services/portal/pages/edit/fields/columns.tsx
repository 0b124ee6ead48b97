import type { Column, Table } from '../../../datasets.ts'
import { Region } from '../../../parts/region.tsx'
import { useNames, useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'

interface Chosen {
  readonly columns?: '*' | readonly string[]
  readonly justifications?: Readonly<Record<string, string>>
}

interface ColumnsProps {
  readonly path: string
  readonly table: Table
  readonly chosen: '*' | readonly string[]
  readonly justifications: Readonly<Record<string, string>>
  readonly onChange: (chosen: Chosen) => void
}

/** The columns of a table with what they mean; what singles people out asks why it is needed. */
export function Columns({ path, table, chosen, justifications, onChange }: ColumnsProps) {
  const say = useRequestWords()
  const all = table.columns.map(({ name }) => name)
  const toggle = (name: string, isOn: boolean) => {
    const before = chosen === '*' ? all : chosen
    const after = all.filter((one) => (one === name ? isOn : before.includes(one)))
    onChange({ columns: after })
  }
  return (
    <Region label={say('columns-of', { table: table.name })}>
      <table>
        <caption>{say('columns-of', { table: table.name })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('column')}</th>
            <th scope="col">{say('column-type')}</th>
            <th scope="col">{say('column-role')}</th>
            <th scope="col">{say('column-meaning')}</th>
            <th scope="col">{say('column-why')}</th>
          </tr>
        </thead>
        <tbody>
          {table.columns.map((column) => (
            <Row
              key={column.name}
              column={column}
              path={`${path}.justifications.${column.name}`}
              isOn={chosen === '*' || chosen.includes(column.name)}
              why={justifications[column.name] ?? ''}
              onToggle={(isOn) => toggle(column.name, isOn)}
              onWhy={(text) => onChange({ justifications: { ...justifications, [column.name]: text } })}
            />
          ))}
        </tbody>
      </table>
    </Region>
  )
}

interface RowProps {
  readonly column: Column
  readonly path: string
  readonly isOn: boolean
  readonly why: string
  readonly onToggle: (isOn: boolean) => void
  readonly onWhy: (text: string) => void
}

function Row({ column, path, isOn, why, onToggle, onWhy }: RowProps) {
  const say = useRequestWords()
  const named = useNames()
  const fault = useFaults(path)[0]?.text
  const { name, type, role, meaning } = column
  return (
    <tr>
      <th scope="row">
        <label className="check">
          <input type="checkbox" checked={isOn} onChange={(event) => onToggle(event.target.checked)} />
          <code>{name}</code>
        </label>
      </th>
      <td>{named('code', type)}</td>
      <td>{role && named('code', role)}</td>
      <td>{meaning}</td>
      <td className={fault ? 'field wrong' : undefined}>
        {isOn && (
          <span data-path={path}>
            <input
              aria-label={say('column-why-of', { column: name })}
              aria-invalid={fault ? true : undefined}
              aria-describedby={fault ? `${path}-error` : undefined}
              value={why}
              maxLength={20_000}
              onChange={(event) => onWhy(event.target.value)}
            />
            {fault && (
              <span className="error" id={`${path}-error`}>
                {fault}
              </span>
            )}
          </span>
        )}
      </td>
    </tr>
  )
}
