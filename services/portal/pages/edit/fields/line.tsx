import { useQuery } from '@tanstack/react-query'
import { datasetQuery, type Table, tablesOf } from '../../../datasets.ts'
import { Refusal } from '../../../parts/refusal.tsx'
import type { FieldSchema } from '../../../request-form.ts'
import { useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'
import { isObject } from '../patch.ts'
import { MemberFields } from './editor.tsx'
import { Leaf } from './leaf.tsx'
import { Population } from './population.tsx'
import { TableEditor } from './table.tsx'

interface LineProps {
  readonly path: string
  readonly schema: FieldSchema
  readonly line: Readonly<Record<string, unknown>>
  readonly onChange: (line: Readonly<Record<string, unknown>>) => void
  readonly onRemove: () => void
}

/** These have their own place on the line; the other members follow as the form describes them. */
const placed = ['dataset', 'justification', 'tables', 'population'] as const

export function LineEditor({ path, schema, line, onChange, onRemove }: LineProps) {
  const say = useRequestWords()
  const name = String(line.dataset)
  const { data, error } = useQuery(datasetQuery(name))
  const tables = data ? tablesOf(data) : []
  const put = (member: string, value: unknown) => onChange({ ...line, [member]: value })
  const others = Object.keys(schema.properties ?? {}).filter((one) => !placed.some((other) => other === one))
  return (
    <section className="card line" aria-labelledby={`${path}-title`} data-path={path}>
      <div className="line-head">
        <h2 id={`${path}-title`}>
          {data?.title ?? name} <span className="small">{name}</span>
        </h2>
        <button type="button" onClick={onRemove}>
          {say('line-remove', { dataset: name })}
        </button>
      </div>
      {error && <Refusal error={error} takesFocus={false} />}
      <OwnFaults path={path} />
      <Leaf
        path={`${path}.justification`}
        label={say('member.justification')}
        help={say('justification-help')}
        schema={schema.properties?.justification ?? {}}
        value={line.justification}
        onChange={(value) => put('justification', value)}
      />
      <Tables path={path} tables={tables} asked={line.tables} onChange={(value) => put('tables', value)} />
      <Population
        path={`${path}.population`}
        tables={tables}
        value={line.population}
        onChange={(value) => put('population', value)}
      />
      <details open={others.some((one) => line[one] !== undefined) || undefined}>
        <summary>{say('line-more')}</summary>
        <MemberFields path={path} schema={schema} members={line} onChange={put} except={placed} />
      </details>
    </section>
  )
}

/** Faults of the line itself: its dataset, or that no table is asked for. */
function OwnFaults({ path }: { readonly path: string }) {
  const own = useFaults(path).filter((fault) =>
    [path, `${path}.dataset`, `${path}.tables`].includes(fault.path),
  )
  return own.map(({ path: at, text }) => (
    <p key={at} className="error">
      {text}
    </p>
  ))
}

interface TablesProps {
  readonly path: string
  readonly tables: readonly Table[]
  readonly asked: unknown
  readonly onChange: (tables: unknown) => void
}

function Tables({ path, tables, asked, onChange }: TablesProps) {
  const say = useRequestWords()
  const chosen = isObject(asked) ? asked : {}
  const put = (name: string, table: unknown) =>
    onChange(
      Object.fromEntries(Object.entries({ ...chosen, [name]: table }).filter(([, one]) => one !== undefined)),
    )
  return (
    <fieldset className="group">
      <legend>{say('tables-and-columns')}</legend>
      <p className="help">{say('tables-help')}</p>
      {tables.map((table) => (
        <TableEditor
          key={table.name}
          path={`${path}.tables.${table.name}`}
          table={table}
          asked={chosen[table.name]}
          onChange={(one) => put(table.name, one)}
        />
      ))}
    </fieldset>
  )
}
