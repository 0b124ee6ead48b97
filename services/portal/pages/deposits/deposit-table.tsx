import { Link } from '@tanstack/react-router'
import type { components } from '../../api.ts'
import { momentOf } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }

const useWords = words('deposits', { fr, en })

type Listed = components['schemas']['ListedDeposit']

const tones: Readonly<Record<Listed['status'], Tone>> = {
  open: 'plain',
  checking: 'wait',
  accepted: 'good',
  quarantined: 'warn',
  refused: 'bad',
}

/** Where a deposit stands: sign, word and colour. */
export function StatusMark({ status }: { readonly status: Listed['status'] }) {
  const say = useWords()
  return <Mark tone={tones[status]}>{say(`status.${status}`)}</Mark>
}

interface TableProps {
  readonly deposits: readonly Listed[]
  /** All of one dataset, which is not told again in each row. */
  readonly isOfOne: boolean
}

export function DepositTable({ deposits, isOfOne }: TableProps) {
  const say = useWords()
  if (deposits.length === 0) return <p className="empty">{say('last.none')}</p>
  return (
    <Region label={say('last.table')}>
      <table>
        <caption className="unseen">{say('last.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('last.opened')}</th>
            {!isOfOne && <th scope="col">{say('dataset')}</th>}
            <th scope="col">{say('last.status')}</th>
            <th scope="col" className="number">
              {say('version')}
            </th>
            <th scope="col" className="number">
              {say('last.findings')}
            </th>
          </tr>
        </thead>
        <tbody>
          {deposits.map(({ id, dataset, status, version, openedAt, errors, warnings }) => (
            <tr key={id}>
              <td>
                <Link to="/deposits/$dataset/$deposit" params={{ dataset, deposit: id }}>
                  <time dateTime={openedAt} title={openedAt}>
                    {momentOf(openedAt)}
                  </time>
                </Link>
              </td>
              {!isOfOne && <td>{dataset}</td>}
              <td>
                <StatusMark status={status} />
              </td>
              <td className="number">{version ?? '—'}</td>
              <td className="number">{errors + warnings}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
