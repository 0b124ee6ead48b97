import { Link, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { momentOf, numberOf } from '../../format.ts'
import type { Row } from '../../holdings.ts'
import { Region } from '../../parts/region.tsx'
import { usePurposeName } from '../../projects.ts'
import { words } from '../../text.ts'
import en from '../../words/holdings.en.json' with { type: 'json' }
import fr from '../../words/holdings.fr.json' with { type: 'json' }

const useWords = words('holdings', { fr, en })

/** Rows of one page of a table. */
const perPage = 50

/** Every question on one's data, the newest first: when, in which project, for what, which columns, and how it ended. */
export function Questions({ uses }: { readonly uses: readonly Row[] }) {
  const say = useWords()
  const nameOf = usePurposeName()
  const { page = 1 } = useSearch({ from: '/holdings' })
  if (uses.length === 0) return <p className="empty">{say('questions.none')}</p>
  return (
    <>
      <ByProject uses={uses} />
      <h2>{say('each')}</h2>
      <Listed
        label={say('tab.questions')}
        heads={['instant', 'permit', 'purpose', 'columns', 'outcome', 'entry']}
      >
        {pageOf(uses, page).map((use) => (
          <tr key={`${use.entry}`}>
            <Instant of={use} />
            <td>{projectOf(use)}</td>
            <td>{nameOf(String(use.purpose))}</td>
            <td className="columns">{use.columns}</td>
            <td>{use.outcome}</td>
            <Entry of={use} />
          </tr>
        ))}
      </Listed>
      <Pages count={uses.length} page={page} />
    </>
  )
}

/** Questions that were refused in the projects that have one's data, with the code of each refusal. */
export function Refused({ refusals }: { readonly refusals: readonly Row[] }) {
  const say = useWords()
  const { page = 1 } = useSearch({ from: '/holdings' })
  if (refusals.length === 0) return <p className="empty">{say('refused.none')}</p>
  return (
    <>
      <p className="help">{say('refused.lead')}</p>
      <Listed label={say('tab.refused')} heads={['instant', 'permit', 'code', 'entry']}>
        {pageOf(refusals, page).map((one) => (
          <tr key={`${one.entry}`}>
            <Instant of={one} />
            <td>{projectOf(one)}</td>
            <td>
              <a href={`/help/refus/${one.code}`}>
                <code>{one.code}</code>
              </a>
            </td>
            <Entry of={one} />
          </tr>
        ))}
      </Listed>
      <Pages count={refusals.length} page={page} />
    </>
  )
}

/** The permit of a use is its number and its hash; the number says enough here. */
const projectOf = ({ permit }: Row) => String(permit ?? '').split(' ')[0]

const pageOf = (rows: readonly Row[], page: number) =>
  [...rows].reverse().slice((page - 1) * perPage, page * perPage)

interface ListedProps {
  readonly label: string
  readonly heads: readonly ('instant' | 'permit' | 'purpose' | 'columns' | 'outcome' | 'entry' | 'code')[]
  readonly children: ReactNode
}

function Listed({ label, heads, children }: ListedProps) {
  const say = useWords()
  return (
    <Region label={label}>
      <table>
        <caption className="unseen">{label}</caption>
        <thead>
          <tr>
            {heads.map((one) => (
              <th key={one} scope="col">
                {say(`row.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Region>
  )
}

function Instant({ of: { instant } }: { readonly of: Row }) {
  const at = String(instant)
  return (
    <td>
      <time dateTime={at} title={at}>
        {momentOf(at)}
      </time>
    </td>
  )
}

function Entry({ of: { entry, leaf } }: { readonly of: Row }) {
  return (
    <td>
      <span title={String(leaf ?? '')}>{entry}</span>
    </td>
  )
}

function Pages({ count, page }: { readonly count: number; readonly page: number }) {
  const say = useWords()
  const last = Math.ceil(count / perPage)
  if (last <= 1) return null
  return (
    <nav className="actions" aria-label={say('pages')}>
      {page > 1 && (
        <Link to="." search={(before) => ({ ...before, page: page - 1 })} className="button">
          {say('newer')}
        </Link>
      )}
      <span>{say('page', { page, last })}</span>
      {page < last && (
        <Link to="." search={(before) => ({ ...before, page: page + 1 })} className="button">
          {say('older')}
        </Link>
      )}
    </nav>
  )
}

function ByProject({ uses }: { readonly uses: readonly Row[] }) {
  const say = useWords()
  const nameOf = usePurposeName()
  const projects = [...new Set(uses.map(projectOf))]
  return (
    <Region label={say('by-project')}>
      <table>
        <caption>{say('by-project')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('row.permit')}</th>
            <th scope="col">{say('row.purpose')}</th>
            <th scope="col" className="number">
              {say('tab.questions')}
            </th>
            <th scope="col">{say('row.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => {
            const own = uses.filter((use) => projectOf(use) === project)
            return (
              <tr key={project}>
                <th scope="row">{project}</th>
                <td>{[...new Set(own.map(({ purpose }) => nameOf(String(purpose))))].join(', ')}</td>
                <td className="number">{numberOf(own.length)}</td>
                <td>{countedBy(own.map(({ outcome }) => String(outcome)))}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Region>
  )
}

/** `answered: 12 ; stopped: 1`. */
function countedBy(outcomes: readonly string[]): string {
  return [...new Set(outcomes)]
    .map((outcome) => `${outcome} : ${numberOf(outcomes.filter((one) => one === outcome).length)}`)
    .join(' ; ')
}
