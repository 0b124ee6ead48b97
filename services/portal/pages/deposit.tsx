import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, told } from '../client.ts'
import {
  type DatasetShown,
  type Deposit,
  datasetQuery,
  depositQuery,
  followedDeposit,
  tablesOf,
} from '../deposits.ts'
import { LongWork } from '../parts/long-work.tsx'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { queries } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/deposits.en.json' with { type: 'json' }
import fr from '../words/deposits.fr.json' with { type: 'json' }
import { CommandLine } from './deposits/command-line.tsx'
import { StatusMark } from './deposits/deposit-table.tsx'
import './deposits.css'
import { DryRun } from './deposits/dry-run.tsx'
import { Files } from './deposits/files.tsx'
import { StepList } from './deposits/step-list.tsx'
import { Verdict } from './deposits/verdict.tsx'

const useWords = words('deposits', { fr, en })

/** One deposit, from its files to its verdict. */
export function DepositPage() {
  const say = useWords()
  const { dataset: name, deposit: id } = useParams({ from: '/deposits/$dataset/$deposit' })
  const dataset = useQuery(datasetQuery(name))
  const deposit = useQuery(depositQuery(id))
  const error = dataset.error ?? deposit.error
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!dataset.data || !deposit.data) return <Waiting />
  const { title = name } = dataset.data
  const { status } = deposit.data
  return (
    <PageBody
      title={say('deposit.title', { title })}
      lead={say(`deposit.lead.${status}`)}
      crumbs={
        <>
          <Link to="/deposits">{say('title')}</Link>
          {' › '}
          <Link to="/deposits/$dataset" params={{ dataset: name }}>
            {title}
          </Link>
        </>
      }
    >
      <p role="status">
        <StatusMark status={status} /> <span className="small">{id}</span>
      </p>
      <LongWork
        name={say('deposit.title', { title })}
        isRunning={status === 'checking'}
        share={shareOf(deposit.data)}
        followed={followedDeposit(id)}
      />
      {status === 'open' ? (
        <>
          <Files dataset={dataset.data} deposit={deposit.data} />
          <HandingIn dataset={dataset.data} deposit={deposit.data} />
        </>
      ) : (
        <>
          <StepList deposit={deposit.data} />
          {status !== 'checking' && <Verdict deposit={deposit.data} />}
        </>
      )}
      <CommandLine line={lineFor(dataset.data)} />
    </PageBody>
  )
}

/** How much of the files has been read. */
function shareOf({ progress }: Deposit): number | undefined {
  const { bytes = 0, total = 0 } = progress ?? {}
  return total > 0 ? Math.min(1, bytes / total) : undefined
}

/** Nothing of a file goes into it: tables are named as the descriptor names them. */
function lineFor(dataset: DatasetShown): string {
  const files = tablesOf(dataset).map(({ name }) => `${name}=${name}.csv`)
  return `npx huisclos deposit --resume --dataset ${dataset.name} ${files.join(' ')}`
}

interface HandingInProps {
  readonly dataset: DatasetShown
  readonly deposit: Deposit
}

/** The second act: until then everything can be sent again. */
function HandingIn({ dataset, deposit }: HandingInProps) {
  const say = useWords()
  const { id, tables = [] } = deposit
  const missing = tablesOf(dataset).filter(({ name }) => !tables.some(({ table }) => table === name))
  const submission = useMutation({
    mutationFn: () => told(api.POST('/api/v1/deposits/{id}/submit', { params: { path: { id } } })),
    // An answer from before, which is still on its way, would show it as open for ever.
    onSuccess: async (submitted) => {
      await queries.cancelQueries({ queryKey: ['deposit', id] })
      queries.setQueryData(['deposit', id], submitted)
      void queries.invalidateQueries({ queryKey: ['deposits'] })
    },
  })
  return (
    <section aria-labelledby="hand-in">
      <h2 id="hand-in">{say('hand-in')}</h2>
      <DryRun dataset={dataset.name} deposit={deposit} />
      {missing.length > 0 && (
        <p>{say('hand-in.missing', { tables: missing.map(({ name }) => name).join(', ') })}</p>
      )}
      {submission.error && <Refusal error={submission.error} />}
      <button
        type="button"
        className="main"
        disabled={missing.length > 0 || submission.isPending}
        onClick={() => submission.mutate()}
      >
        {say('hand-in.do')}
      </button>
    </section>
  )
}
