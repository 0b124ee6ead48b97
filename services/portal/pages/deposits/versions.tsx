import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { momentOf, numberOf } from '../../format.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
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
import { Coverage } from './coverage.tsx'

const useWords = words('deposits', { fr, en })

type Version = components['schemas']['HeldVersion']

/** Every version of a dataset: its label, and its end where it has ended. */
export function Versions({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const [recalled, setRecalled] = useState<number>()
  const { data, error } = useQuery({
    queryKey: ['versions', dataset],
    queryFn: async () => {
      const asked = api.GET('/api/v1/datasets/{name}/versions', { params: { path: { name: dataset } } })
      return (await told(asked)).versions
    },
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (data.length === 0) return <p className="empty">{say('versions.none')}</p>
  return (
    <>
      <Region label={say('tab.versions')}>
        <table>
          <caption className="unseen">{say('tab.versions')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('version')}</th>
              <th scope="col">{say('published')}</th>
              <th scope="col" className="number">
                {`${say('head.completeness')} (%)`}
              </th>
              <th scope="col" className="number">
                {`${say('head.validity')} (%)`}
              </th>
              <th scope="col" className="number">
                {`${say('head.coherence')} (%)`}
              </th>
              <th scope="col">{say('standing')}</th>
              <th scope="col">
                <span className="unseen">{say('acts')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((one) => (
              <Row
                key={one.version}
                dataset={dataset}
                version={one}
                onRecall={() => setRecalled(one.version)}
              />
            ))}
          </tbody>
        </table>
      </Region>
      <Coverage dataset={dataset} />
      <CommandLine line={`npx huisclos datasets recall ${dataset} N --reason "…"`} />
      <Recall dataset={dataset} version={recalled} onClose={() => setRecalled(undefined)} />
    </>
  )
}

const percent = (share: number | null | undefined) =>
  share === null || share === undefined ? '—' : numberOf(100 * share, 1)

interface RowProps {
  readonly dataset: string
  readonly version: Version
  readonly onRecall: () => void
}

function Row({ dataset, version: one, onRecall }: RowProps) {
  const say = useWords()
  const { version, deposit, publishedAt, quality, withdrawn } = one
  return (
    <tr>
      <th scope="row">
        <Link to="/deposits/$dataset/$deposit" params={{ dataset, deposit }}>
          {say('version.number', { version })}
        </Link>
      </th>
      <td>
        <time dateTime={publishedAt} title={publishedAt}>
          {momentOf(publishedAt)}
        </time>
      </td>
      <td className="number">{percent(quality?.completeness)}</td>
      <td className="number">{percent(quality?.validity)}</td>
      <td className="number">{percent(quality?.coherence)}</td>
      <td>
        {withdrawn === null ? (
          <Mark tone="good">{say('stands')}</Mark>
        ) : (
          <Mark tone="bad">{say(`withdrawn.${withdrawn.cause}`, { moment: momentOf(withdrawn.at) })}</Mark>
        )}
      </td>
      <td>
        {withdrawn === null && (
          <button type="button" className="grave" onClick={onRecall}>
            {say('recall')}
            <span className="unseen"> : {say('version.number', { version })}</span>
          </button>
        )}
        {withdrawn?.isDestroyed && (
          <a
            className="button"
            href={`/api/v1/datasets/${dataset}/versions/${version}/certificate`}
            download={`certificate-${dataset}-${version}.json`}
          >
            {say('certificate')}
          </a>
        )}
      </td>
    </tr>
  )
}

interface RecallProps {
  readonly dataset: string
  readonly version: number | undefined
  readonly onClose: () => void
}

function Recall({ dataset, version, onClose }: RecallProps) {
  const say = useWords()
  const recall = useMutation({
    mutationFn: ({ number, reason }: { number: number; reason: string }) =>
      told(
        api.POST('/api/v1/datasets/{name}/versions/{version}/recall', {
          params: { path: { name: dataset, version: number } },
          body: { reason },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['versions', dataset] })
      await queries.invalidateQueries({ queryKey: ['datasets'] })
      onClose()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const reason = String(new FormData(event.currentTarget).get('reason'))
    if (version !== undefined) recall.mutate({ number: version, reason })
  }
  return (
    <Dialog
      title={say('recall.title', { version: version ?? '' })}
      isOpen={version !== undefined}
      onClose={() => {
        recall.reset()
        onClose()
      }}
    >
      <form onSubmit={submit}>
        <p>{say('recall.effect')}</p>
        <Field label={say('reason')} help={say('reason.help')}>
          {(tied) => <textarea {...tied} name="reason" required maxLength={3000} rows={3} />}
        </Field>
        <FormEnd
          sending={recall}
          kind="grave"
          label={say('recall.do')}
          cancel={say('cancel')}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}
