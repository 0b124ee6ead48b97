/** An answer as a table of which only the rows in sight are there, so that a hundred thousand scroll like ten. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef } from 'react'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Answer } from '../../workshop.ts'
import { type Kind, kindOf, shown } from './cell.ts'

const useWords = words('workshop', { fr, en })

const rowHeight = 34

/** Of the answer, with what the table makes of it. Two may have one name: they are told apart by their place. */
interface Column {
  readonly place: number
  readonly name: string
  readonly type: string
  readonly kind: Kind
  /** In characters. */
  readonly width: number
}

export function ResultTable({ answer }: { readonly answer: Answer }) {
  const say = useWords()
  const region = useRef<HTMLDivElement>(null)
  const { rows } = answer
  const columns = useMemo(() => columnsOf(answer), [answer])
  const withheld = useMemo(
    () => new Set(answer.suppressed.map(([row, column]) => `${row} ${column}`)),
    [answer],
  )
  const { getVirtualItems, getTotalSize } = useVirtualizer({
    count: rows.length,
    getScrollElement: () => region.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const seen = getVirtualItems()
  const last = seen.at(-1)
  const width = columns.reduce((sum, column) => sum + column.width, 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is scrolled by keyboard too
    <section ref={region} className="result" aria-label={say('result.region')} tabIndex={0}>
      <table aria-rowcount={rows.length + 1} style={{ width: `${width}ch` }}>
        <caption className="unseen">{say('result.caption', { count: rows.length })}</caption>
        <Heads columns={columns} />
        <tbody>
          <Space height={seen.at(0)?.start ?? 0} />
          {seen.map(({ index }) => (
            <Row key={index} {...{ index, answer, columns, withheld }} />
          ))}
          <Space height={last ? getTotalSize() - last.end : 0} />
        </tbody>
      </table>
    </section>
  )
}

interface RowProps {
  readonly index: number
  readonly answer: Answer
  readonly columns: readonly Column[]
  readonly withheld: ReadonlySet<string>
}

/** Written once while it stays in sight, whatever comes in above or below it. */
const Row = memo(function Row({ index, answer, columns, withheld }: RowProps) {
  const values = answer.rows[index]
  return (
    <tr aria-rowindex={index + 2} style={{ height: rowHeight }}>
      {columns.map(({ place, kind }) =>
        withheld.has(`${index} ${place}`) ? (
          <Withheld key={place} {...answer.disclosure} />
        ) : (
          <Cell key={place} value={values?.[place]} kind={kind} />
        ),
      )}
    </tr>
  )
})

function Heads({ columns }: { readonly columns: readonly Column[] }) {
  return (
    <>
      <colgroup>
        {columns.map(({ place, width }) => (
          <col key={place} style={{ width: `${width}ch` }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(({ place, name, type, kind }) => (
            <th key={place} scope="col" className={kind === 'number' ? 'number' : undefined}>
              {name} <span className="type">{type}</span>
            </th>
          ))}
        </tr>
      </thead>
    </>
  )
}

/** Never a blank, never a zero. */
function Withheld({ k, unit }: Pick<Answer['disclosure'], 'k' | 'unit'>) {
  const say = useWords()
  return (
    <td className="withheld number">
      <span aria-hidden="true">{`< ${k}`}</span>
      <span className="unseen">{say(`withheld.${unit}`, { k })}</span>
    </td>
  )
}

function Cell({ value, kind }: { readonly value: unknown; readonly kind: Kind }) {
  const text = shown(value, kind)
  return (
    <td className={kind === 'number' ? 'number' : undefined} title={text.length > 24 ? text : undefined}>
      {text}
    </td>
  )
}

/** Holds the place of the rows that are not there. */
function Space({ height }: { readonly height: number }) {
  if (height === 0) return null
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without a control takes no focus
    <tr aria-hidden="true">
      <td className="space" style={{ height }} />
    </tr>
  )
}

/** Widths from the heads and the first rows, so that nothing moves while one scrolls. */
function columnsOf({ columns, rows }: Answer): readonly Column[] {
  const sample = rows.slice(0, 200)
  return columns.map(({ name, type }, place) => {
    const kind = kindOf(type)
    const texts = sample.map((row) => shown(row[place], kind).length)
    const width = Math.min(44, Math.max(name.length + type.length + 2, ...texts, 6) + 4)
    return { place, name, type, kind, width }
  })
}
