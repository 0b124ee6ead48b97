import { useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { contractQuery, type Deposit } from '../../deposits.ts'
import { Mark } from '../../parts/mark.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { previewQuery } from './preview.tsx'

const useWords = words('deposits', { fr, en })

interface DryRunProps {
  readonly dataset: string
  readonly deposit: Deposit
}

/** Reads every file that is here, says what would stop the deposit, and hands nothing in. */
export function DryRun({ dataset, deposit: { id, tables = [] } }: DryRunProps) {
  const say = useWords()
  const [isAsked, setAsked] = useState(false)
  const contract = useQuery(contractQuery(dataset))
  const previews = useQueries({
    queries: tables.map((received) => ({ ...previewQuery(id, received), enabled: isAsked })),
  })
  const isReading = isAsked && previews.some(({ isFetching }) => isFetching)
  const faults = previews.flatMap(({ data }) => data?.findings ?? []).filter(isGrave)
  const columns = [
    ...new Set(faults.map(({ table = '', column }) => (column ? `${table}.${column}` : table))),
  ]
  return (
    <>
      <p>{say('dry.lead')}</p>
      {contract.data?.manifest === 'required' && <p className="notice">{say('dry.manifest')}</p>}
      {contract.data?.optOutFile === 'required' && <p className="notice">{say('dry.opt-outs')}</p>}
      <p>
        <button type="button" disabled={tables.length === 0 || isReading} onClick={() => setAsked(true)}>
          {say('dry.do')}
        </button>
      </p>
      <p role="status">
        {isReading && say('preview.reading')}
        {isAsked && !isReading && tables.length > 0 && (
          <Mark tone={faults.length === 0 ? 'good' : 'bad'}>
            {faults.length === 0
              ? say('dry.fine', { count: tables.length })
              : say('dry.faults', { count: faults.length, columns: columns.join(', ') })}
          </Mark>
        )}
      </p>
    </>
  )
}

const isGrave = ({ severity }: { readonly severity: string }) => severity !== 'warning'
