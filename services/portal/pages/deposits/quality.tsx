import type { Quality } from '../../deposits.ts'
import { numberOf } from '../../format.ts'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { ShareBars } from './bars.tsx'

const useWords = words('deposits', { fr, en })

/** The label of a version as its holder reads it: heads, coverage, and each column with its drift. */
export function QualityLabel({ quality }: { readonly quality: Quality }) {
  const say = useWords()
  const { completeness, validity, coherence, coverage, timeliness, tables, driftFrom } = quality
  const heads = { completeness, validity, coherence }
  const bars = Object.entries(heads).map(([name, share]) => ({
    name: say(`head.${name as keyof typeof heads}`),
    share,
  }))
  const { from, until, departments, persons } = coverage
  return (
    <section aria-labelledby="quality">
      <h2 id="quality">{say('quality')}</h2>
      <p className="help">{say('quality.lead')}</p>
      <ShareBars label={say('quality')} bars={bars} />
      <dl>
        <dt>{say('coverage.months')}</dt>
        <dd>{from === null ? say('coverage.none', { k: quality.k }) : `${from} → ${until}`}</dd>
        <dt>{say('coverage.persons')}</dt>
        <dd>{persons}</dd>
        {departments !== null && (
          <>
            <dt>{say('coverage.departments')}</dt>
            <dd>{numberOf(departments)}</dd>
          </>
        )}
        {timeliness.monthsToDeposit !== null && (
          <>
            <dt>{say('coverage.delay')}</dt>
            <dd>{say('months', { count: timeliness.monthsToDeposit })}</dd>
          </>
        )}
      </dl>
      {driftFrom !== undefined && <p>{say('drift.from', { version: driftFrom })}</p>}
      {tables.map((table) => (
        <TableQuality key={table.name} table={table} hasDrift={driftFrom !== undefined} />
      ))}
    </section>
  )
}

interface TableQualityProps {
  readonly table: Quality['tables'][number]
  readonly hasDrift: boolean
}

function TableQuality({ table, hasDrift }: TableQualityProps) {
  const say = useWords()
  const { name, rows, columns } = table
  return (
    <div>
      <h3>{say('quality.table', { table: name, rows: numberOf(rows) })}</h3>
      <div className="beside">
        <ShareBars
          label={say('quality.picture', { table: name })}
          bars={columns.map((one) => ({ name: one.name, share: one.completeness }))}
        />
        <Region label={say('quality.figures', { table: name })}>
          <table>
            <caption>{say('quality.figures', { table: name })}</caption>
            <thead>
              <tr>
                <th scope="col">{say('column')}</th>
                <th scope="col" className="number">
                  {say('filled')}
                </th>
                <th scope="col" className="number">
                  {say('valid')}
                </th>
                <th scope="col">{say('tag')}</th>
                {hasDrift && <th scope="col">{say('drift')}</th>}
              </tr>
            </thead>
            <tbody>
              {columns.map((one) => (
                <tr key={one.name}>
                  <th scope="row">{one.name}</th>
                  <td className="number">{percent(one.completeness)}</td>
                  <td className="number">{percent(one.validity)}</td>
                  <td>{one.tag ? `${one.tag.code} (${say(`tag.${one.tag.source}`)})` : '—'}</td>
                  {hasDrift && (
                    <td>
                      <Drift drift={one.drift} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      </div>
    </div>
  )
}

const percent = (share: number | null) => (share === null ? '—' : numberOf(100 * share, 1))

type ColumnDrift = Quality['tables'][number]['columns'][number]['drift']

/** Parts are bands in percent; codes are counted, never named. */
function Drift({ drift }: { readonly drift: ColumnDrift }) {
  const say = useWords()
  if (!drift) return '—'
  const { completeness, distribution, newCodes, lostCodes } = drift
  const parts = [
    ...(completeness === '0-1' ? [] : [say('drift.completeness', { band: completeness })]),
    ...(distribution === undefined || distribution === '0-1'
      ? []
      : [say('drift.distribution', { band: distribution })]),
    ...(newCodes === undefined || newCodes === '0' ? [] : [say('drift.new', { count: newCodes })]),
    ...(lostCodes === undefined || lostCodes === '0' ? [] : [say('drift.lost', { count: lostCodes })]),
  ]
  return parts.length === 0 ? say('drift.none') : parts.join(' ; ')
}
