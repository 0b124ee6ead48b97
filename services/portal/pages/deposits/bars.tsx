/** Bars as plain SVG. Each picture says in words what it shows, and its figures stand in a table beside it. */
import { numberOf } from '../../format.ts'

export interface Bar {
  readonly name: string
  /** From 0 to 1; null where nothing may be told, or nothing could be judged. */
  readonly share: number | null
}

const [rowHeight, nameWidth, barWidth] = [24, 190, 300]
const width = nameWidth + barWidth + 60

/** One bar under the other, each with its name and its share in percent. */
export function ShareBars({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const height = Math.max(1, bars.length) * rowHeight
  return (
    <svg className="bars" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      {bars.map(({ name, share }, at) => (
        <g key={name} transform={`translate(0 ${at * rowHeight})`}>
          <text x={nameWidth - 8} y={17} textAnchor="end">
            {name.length > 26 ? `${name.slice(0, 25)}…` : name}
          </text>
          <rect className="ground" x={nameWidth} y={4} width={barWidth} height={16} rx={3} />
          {share !== null && share > 0 && (
            <rect className="share-bar" x={nameWidth} y={4} width={barWidth * share} height={16} rx={3} />
          )}
          <text x={nameWidth + barWidth + 8} y={17}>
            {share === null ? '—' : `${numberOf(Math.floor(share * 1000) / 10)} %`}
          </text>
        </g>
      ))}
    </svg>
  )
}

export interface Period {
  readonly period: string
  /** A band such as 100+; null where it is withheld. */
  readonly rows: string | null
}

const [most, barHeight] = [7, 90]

/** Upright bars over time. A band is a power of ten, so the height is its logarithm; what is withheld is hatched. */
export function PeriodBars({
  label,
  periods,
}: {
  readonly label: string
  readonly periods: readonly Period[]
}) {
  const step = Math.max(6, Math.min(28, 640 / Math.max(1, periods.length)))
  const first = periods[0]?.period ?? ''
  const last = periods.at(-1)?.period ?? ''
  const total = Math.max(160, step * periods.length)
  return (
    <svg
      className="periods"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${total} ${barHeight + 22}`}
      width={total}
    >
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="ground" width="6" height="6" />
          <rect className="hatch" width="2" height="6" />
        </pattern>
      </defs>
      {periods.map(({ period, rows }, at) => {
        const height = rows === null ? 12 : (barHeight * (1 + Math.log10(Number.parseInt(rows, 10)))) / most
        return (
          <rect
            key={period}
            className={rows === null ? 'withheld-bar' : 'share-bar'}
            x={at * step}
            y={barHeight - height}
            width={step - 2}
            height={height}
          />
        )
      })}
      <text x={0} y={barHeight + 16}>
        {first}
      </text>
      {last !== first && (
        <text x={total} y={barHeight + 16} textAnchor="end">
          {last}
        </text>
      )}
    </svg>
  )
}
