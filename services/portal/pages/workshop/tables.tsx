import { Mark } from '../../parts/mark.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { GrantedColumn, GrantedTable } from '../../workshop.ts'
import { quoted, tableName } from './names.ts'

const useWords = words('workshop', { fr, en })

interface TablesProps {
  readonly tables: readonly GrantedTable[]
  readonly onInsert: (name: string) => void
}

/** What the project grants, table by table; a click writes a name into the statement. */
export function Tables({ tables, onInsert }: TablesProps) {
  const say = useWords()
  const datasets = [...new Set(tables.map(({ dataset }) => dataset))]
  return (
    <div className="tree">
      {datasets.map((dataset) => (
        <section key={dataset ?? ''} aria-label={dataset ?? say('tables.own')}>
          <h3>
            {dataset === undefined ? say('tables.own') : <a href={`/catalogue/${dataset}`}>{dataset}</a>}
          </h3>
          {tables
            .filter((table) => table.dataset === dataset)
            .map((table) => (
              <Table key={table.name} table={table} name={tableName(table, tables)} onInsert={onInsert} />
            ))}
        </section>
      ))}
    </div>
  )
}

interface TableProps {
  readonly table: GrantedTable
  readonly name: string
  readonly onInsert: (name: string) => void
}

function Table({ table, name, onInsert }: TableProps) {
  const say = useWords()
  const isPublic = table.class === 'public'
  return (
    <details>
      <summary>
        <span className="name">{table.name}</span>{' '}
        <span className="small">
          {isPublic ? say('table.public') : say('table.columns', { count: table.columns.length })}
        </span>
      </summary>
      {table.title && <p className="small">{table.title}</p>}
      {table.description && <p className="small">{table.description}</p>}
      <button type="button" className="slight" onClick={() => onInsert(name)}>
        {say('table.insert', { name: table.name })}
      </button>
      <ul>
        {table.columns.map((column) => (
          <Column key={column.name} column={column} onInsert={onInsert} />
        ))}
      </ul>
    </details>
  )
}

interface ColumnProps {
  readonly column: GrantedColumn
  readonly onInsert: (name: string) => void
}

function Column({ column, onInsert }: ColumnProps) {
  const say = useWords()
  const { name, type, role, title, description, unit, restrict = [] } = column
  return (
    <li>
      <button
        type="button"
        className="name"
        title={say('column.insert')}
        onClick={() => onInsert(quoted(name))}
      >
        {name}
      </button>{' '}
      <span className="type">
        {type}
        {unit && ` (${unit})`}
      </span>
      {title && <span className="meaning">{title}</span>}
      {description && <span className="meaning">{description}</span>}
      {role && <span className="meaning">{say(`role.${role}`)}</span>}
      {restrict.map((use) => (
        <span key={use} className="meaning">
          <Mark tone="warn">{say(`restrict.${use}`)}</Mark>
        </span>
      ))}
    </li>
  )
}
