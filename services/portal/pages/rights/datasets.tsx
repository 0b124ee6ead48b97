import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { dayOf, momentOf, numberOf } from '../../format.ts'
import { datasetLinesQuery, optOutsQuery } from '../../opt-outs.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useWords } from './words.ts'

/** Receipts of the opt-outs of one dataset: numbers and days, never a pseudonym. */
export function DatasetOptOuts({ chosen }: { readonly chosen: string | undefined }) {
  const say = useWords()
  const navigate = useNavigate()
  const { data, error } = useQuery(datasetLinesQuery)
  const personal = data?.filter(({ isPersonal }) => isPersonal) ?? []
  const dataset = chosen ?? personal[0]?.name
  return (
    <>
      <p>{say('datasets.what')}</p>
      {error && <Refusal error={error} takesFocus={false} />}
      <Field label={say('dataset')}>
        {(tied) => (
          <select
            {...tied}
            value={dataset ?? ''}
            onChange={({ target }) => void navigate({ to: '/rights', search: { dataset: target.value } })}
          >
            {dataset === undefined && <option value="">{say('choose.dataset')}</option>}
            {personal.map(({ name, title }) => (
              <option key={name} value={name}>
                {title} ({name})
              </option>
            ))}
          </select>
        )}
      </Field>
      {dataset !== undefined && <Receipts dataset={dataset} />}
    </>
  )
}

function Receipts({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const { data, error } = useQuery(optOutsQuery(dataset))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const caption = say('domain', { domain: data.domain, version: data.version })
  if (data.receipts.length === 0)
    return (
      <p className="empty">
        {caption}. {say('none')}
      </p>
    )
  return (
    <Region label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              {say('receipt')}
            </th>
            <th scope="col">{say('effective')}</th>
            <th scope="col">{say('open-by')}</th>
            <th scope="col">{say('state')}</th>
          </tr>
        </thead>
        <tbody>
          {data.receipts.map(({ number, effectiveAt, openProjectsBy, reversedAt }) => (
            <tr key={number}>
              <th scope="row" className="number">
                {numberOf(number)}
              </th>
              <td>{momentOf(effectiveAt)}</td>
              <td>{dayOf(openProjectsBy)}</td>
              <td>
                {reversedAt === undefined ? (
                  <Mark tone="good">{say('standing')}</Mark>
                ) : (
                  <Mark tone="plain">{say('reversed', { day: dayOf(reversedAt) })}</Mark>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
