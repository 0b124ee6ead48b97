import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type DatasetShown, depositsQuery, heldDatasetsQuery, useOpening } from '../deposits.ts'
import { dayOf } from '../format.ts'
import { Mark } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { useMe } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/deposits.en.json' with { type: 'json' }
import fr from '../words/deposits.fr.json' with { type: 'json' }
import { CommandLine } from './deposits/command-line.tsx'
import './deposits.css'
import { DepositTable } from './deposits/deposit-table.tsx'

const useWords = words('deposits', { fr, en })

/** What a hospital delivers: its datasets, and the last deposits of each. */
export function DepositsPage() {
  const say = useWords()
  const { organisation } = useMe()
  const datasets = useQuery(heldDatasetsQuery(organisation))
  const deposits = useQuery(depositsQuery())
  const opening = useOpening()
  const error = datasets.error ?? deposits.error
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!datasets.data || !deposits.data) return <Waiting />
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      {opening.error && <Refusal error={opening.error} />}
      <section aria-labelledby="datasets">
        <h2 id="datasets">{say('datasets')}</h2>
        {datasets.data.length === 0 ? (
          <div className="empty">
            <p>{say('datasets.none')}</p>
            <CommandLine line="npx huisclos deposit --dataset NOM --descriptor descripteur.json table=fichier.csv" />
          </div>
        ) : (
          <ul className="cards">
            {datasets.data.map((one) => (
              <DatasetCard
                key={one.name}
                dataset={one}
                isBusy={opening.isPending}
                onOpen={() => opening.mutate(one.name)}
              />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="last">
        <h2 id="last">{say('last')}</h2>
        <DepositTable deposits={deposits.data.slice(0, 20)} isOfOne={false} />
      </section>
    </PageBody>
  )
}

interface CardProps {
  readonly dataset: DatasetShown
  readonly isBusy: boolean
  readonly onOpen: () => void
}

function DatasetCard({ dataset, isBusy, onOpen }: CardProps) {
  const say = useWords()
  const { name, title = name, version, publishedAt, expectedBy, late } = dataset
  return (
    <li className="card">
      <h3>
        <Link to="/deposits/$dataset" params={{ dataset: name }}>
          {title}
        </Link>
      </h3>
      <p className="small">
        <code>{name}</code>
      </p>
      <p>
        {version === null || publishedAt === null
          ? say('version.none')
          : say('version.last', { version, day: dayOf(publishedAt) })}
      </p>
      {expectedBy && (
        <p>
          <Mark tone={late ? 'warn' : 'plain'}>
            {say(late ? 'expected.late' : 'expected', { day: dayOf(expectedBy) })}
          </Mark>
        </p>
      )}
      <button type="button" disabled={isBusy} onClick={onOpen}>
        {say('new')}
        <span className="unseen"> : {title}</span>
      </button>
    </li>
  )
}
