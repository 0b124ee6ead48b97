import type { Finding } from '../../deposits.ts'
import { numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { groupsOf, type RuleGroup } from './steps.ts'

const useWords = words('deposits', { fr, en })

/** What the checks found, rule by rule: where, how often, and a sentence for each. Never a value of a file. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const say = useWords()
  if (findings.length === 0)
    return (
      <p>
        <Mark tone="good">{say('findings.none')}</Mark>
      </p>
    )
  return (
    <>
      {groupsOf([...findings]).map((group) => (
        <Group key={group.rule} group={group} />
      ))}
    </>
  )
}

function Group({ group: { rule, step, findings } }: { readonly group: RuleGroup }) {
  const say = useWords()
  const isGrave = findings.some(({ severity }) => severity !== 'warning')
  const count = findings.reduce((sum, one) => sum + one.count, 0)
  const label = say('findings.of', { step: say(`step.${step}`), rule })
  return (
    <details className="group" open={isGrave}>
      <summary>
        <Mark tone={isGrave ? 'bad' : 'warn'}>{say(isGrave ? 'severity.error' : 'severity.warning')}</Mark>{' '}
        {say(`step.${step}`)} · <code>{rule}</code> · {say('findings.cases', { count: numberOf(count) })}
      </summary>
      <Region label={label}>
        <table>
          <caption className="unseen">{label}</caption>
          <thead>
            <tr>
              <th scope="col">{say('table')}</th>
              <th scope="col">{say('column')}</th>
              <th scope="col" className="number">
                {say('line')}
              </th>
              <th scope="col" className="number">
                {say('count')}
              </th>
              <th scope="col">{say('sentence')}</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((one) => (
              <tr key={`${one.table} ${one.column} ${one.line}`}>
                <td>{one.table ?? '—'}</td>
                <td>{one.column ?? '—'}</td>
                <td className="number">{linesOf(one)}</td>
                <td className="number">{numberOf(one.count)}</td>
                <td className="sentence">{one.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Region>
    </details>
  )
}

/** The first line, and as many of the next ones as a row bears. */
function linesOf({ line, lines = [] }: Finding): string {
  if (line === undefined) return '—'
  const more = lines.filter((one) => one !== line).slice(0, 9)
  const rest = lines.length > 10 ? ' …' : ''
  return [line, ...more].map((one) => numberOf(one)).join(' ; ') + rest
}
