import type { Table } from '../../../datasets.ts'
import { useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'
import { isObject } from '../patch.ts'
import { Columns } from './columns.tsx'
import { Filter } from './filter.tsx'

interface Asked {
  readonly columns: '*' | readonly string[]
  readonly justifications?: Readonly<Record<string, string>>
  readonly filter?: string
}

interface TableProps {
  readonly path: string
  readonly table: Table
  /** Undefined while the table is not asked for. */
  readonly asked: unknown
  readonly onChange: (asked: unknown) => void
}

/** One table of a line: asked for or not, whole or by column, with the rows that are kept. */
export function TableEditor({ path, table, asked, onChange }: TableProps) {
  const say = useRequestWords()
  const now = askedOf(asked)
  const faults = useFaults(path).filter(
    (fault) => fault.path === path || fault.path.startsWith(`${path}.columns`),
  )
  const put = (changes: Partial<Asked>) => onChange(cleaned({ columns: [], ...now, ...changes }))
  return (
    <details className="table-asked" data-path={path} open={now !== null || undefined}>
      <summary>
        <code>{table.name}</code> {table.title} <span className="small">{countWords(say, table, now)}</span>
      </summary>
      {faults.map(({ path: at, text }) => (
        <p key={at} className="error">
          {text}
        </p>
      ))}
      <label className="check">
        <input
          type="checkbox"
          checked={now?.columns === '*'}
          onChange={(event) => put({ columns: event.target.checked ? '*' : [] })}
        />
        {say('columns-all', { table: table.name })}
      </label>
      <Columns
        path={path}
        table={table}
        chosen={now?.columns ?? []}
        justifications={now?.justifications ?? {}}
        onChange={put}
      />
      {now !== null && (
        <Filter
          path={`${path}.filter`}
          label={say('filter', { table: table.name })}
          value={now.filter}
          onChange={(filter) => put({ filter })}
        />
      )}
    </details>
  )
}

function countWords(say: ReturnType<typeof useRequestWords>, table: Table, asked: Asked | null): string {
  const of = table.columns.length
  if (asked === null) return say('columns-none', { of })
  return say('columns-count', { count: asked.columns === '*' ? of : asked.columns.length, of })
}

function askedOf(value: unknown): Asked | null {
  if (!isObject(value)) return null
  const { columns, justifications, filter } = value
  return {
    columns: columns === '*' ? '*' : Array.isArray(columns) ? columns.map(String) : [],
    ...(isObject(justifications) && { justifications: justifications as Asked['justifications'] & object }),
    ...(typeof filter === 'string' && { filter }),
  }
}

/** A table without a column is not asked for; words for a column that is not asked for, and no filter, are left out. */
function cleaned({ columns, justifications = {}, filter }: Asked): Asked | undefined {
  if (columns.length === 0) return undefined
  const kept = Object.entries(justifications).filter(
    ([column, text]) => text !== '' && (columns === '*' || columns.includes(column)),
  )
  return {
    columns,
    ...(kept.length > 0 && { justifications: Object.fromEntries(kept) }),
    ...(filter !== undefined && filter !== '' && { filter }),
  }
}
