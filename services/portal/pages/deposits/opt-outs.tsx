import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { momentOf } from '../../format.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { CommandLine } from './command-line.tsx'
import { Effects } from './effects.tsx'
import { FileList } from './file-list.tsx'

const useWords = words('deposits', { fr, en })

/** Persons who object: their lists, their receipts, and what became of them in the projects. */
export function OptOuts({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const [ended, setEnded] = useState<number>()
  const { data, error } = useQuery({
    queryKey: ['opt-outs', dataset],
    queryFn: () => told(api.GET('/api/v1/datasets/{name}/opt-outs', { params: { path: { name: dataset } } })),
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return (
    <>
      <p className="help">{say('opt-outs.domain', { domain: data.domain })}</p>
      <FileList dataset={dataset} />
      <section aria-labelledby="receipts">
        <h2 id="receipts">{say('receipts', { version: data.version })}</h2>
        <Receipts receipts={data.receipts} onEnd={setEnded} />
      </section>
      <Effects dataset={dataset} />
      <CommandLine line={`npx huisclos opt-out add opposants.txt --dataset ${dataset} --receipt recu.json`} />
      <Reversal dataset={dataset} number={ended} onClose={() => setEnded(undefined)} />
    </>
  )
}

interface ReceiptsProps {
  readonly receipts: readonly components['schemas']['OptOutReceipt'][]
  readonly onEnd: (number: number) => void
}

/** Receipts of one page. */
const most = 100

function Receipts({ receipts, onEnd }: ReceiptsProps) {
  const say = useWords()
  const [shown, setShown] = useState(most)
  if (receipts.length === 0) return <p className="empty">{say('receipts.none')}</p>
  const newest = [...receipts].reverse()
  return (
    <>
      <Region label={say('receipts.table')}>
        <table>
          <caption className="unseen">{say('receipts.table')}</caption>
          <thead>
            <tr>
              <th scope="col" className="number">
                {say('number')}
              </th>
              <th scope="col">{say('effective')}</th>
              <th scope="col">{say('open-by')}</th>
              <th scope="col">{say('standing')}</th>
            </tr>
          </thead>
          <tbody>
            {newest.slice(0, shown).map(({ number, effectiveAt, openProjectsBy, reversedAt }) => (
              <tr key={number}>
                <th scope="row" className="number">
                  {number}
                </th>
                <td>{momentOf(effectiveAt)}</td>
                <td>{momentOf(openProjectsBy)}</td>
                <td>
                  {reversedAt === undefined ? (
                    <button type="button" onClick={() => onEnd(number)}>
                      {say('reverse')}
                      <span className="unseen"> : {number}</span>
                    </button>
                  ) : (
                    <Mark tone="plain">{say('reversed', { moment: momentOf(reversedAt) })}</Mark>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Region>
      {newest.length > shown && (
        <button type="button" onClick={() => setShown(shown + most)}>
          {say('more', { count: newest.length - shown })}
        </button>
      )}
    </>
  )
}

interface ReversalProps {
  readonly dataset: string
  readonly number: number | undefined
  readonly onClose: () => void
}

function Reversal({ dataset, number, onClose }: ReversalProps) {
  const say = useWords()
  const reversal = useMutation({
    mutationFn: (ending: number) =>
      told(
        api.POST('/api/v1/datasets/{name}/opt-outs/{number}/reversal', {
          params: { path: { name: dataset, number: ending } },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['opt-outs', dataset] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (number !== undefined) reversal.mutate(number)
  }
  return (
    <Dialog
      title={say('reverse.title', { number: number ?? '' })}
      isOpen={number !== undefined}
      onClose={() => {
        reversal.reset()
        onClose()
      }}
    >
      <form onSubmit={submit}>
        <p>{say('reverse.effect')}</p>
        <FormEnd sending={reversal} label={say('reverse.do')} cancel={say('cancel')} onCancel={onClose} />
      </form>
    </Dialog>
  )
}
