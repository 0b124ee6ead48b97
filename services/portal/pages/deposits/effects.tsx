import { useQueries, useQuery } from '@tanstack/react-query'
import { api, told } from '../../client.ts'
import { dayOf } from '../../format.ts'
import { type HeldRequest, heldRequestsQuery } from '../../holdings.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }

const useWords = words('deposits', { fr, en })

const tones: Readonly<Record<'applied' | 'waiting' | 'overdue' | 'kept', Tone>> = {
  applied: 'good',
  waiting: 'wait',
  overdue: 'bad',
  kept: 'plain',
}

/** What the lists did to the extracts of the projects that read this dataset, in bands. */
export function Effects({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const { data: requests = [] } = useQuery(heldRequestsQuery)
  const reading = requests.filter(
    ({ projectId, lines }) => projectId !== null && lines.some((line) => line.dataset === dataset),
  )
  return (
    <section aria-labelledby="effects">
      <h2 id="effects">{say('effects')}</h2>
      {reading.length === 0 ? (
        <p className="empty">{say('effects.none')}</p>
      ) : (
        <EffectTable requests={reading} />
      )}
    </section>
  )
}

function EffectTable({ requests }: { readonly requests: readonly HeldRequest[] }) {
  const say = useWords()
  const effects = useQueries({
    queries: requests.map(({ projectId }) => ({
      queryKey: ['effects', projectId],
      queryFn: () =>
        told(api.GET('/api/v1/projects/{id}/opt-outs', { params: { path: { id: projectId ?? '' } } })),
    })),
  })
  const rows = requests.flatMap(({ id, title, projectId }, at) =>
    (effects[at]?.data?.domains ?? []).map((domain) => ({ id, title, projectId, ...domain })),
  )
  return (
    <Region label={say('effects')}>
      <table>
        <caption className="unseen">{say('effects')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('project')}</th>
            <th scope="col">{say('standing')}</th>
            <th scope="col">{say('removed')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, title, projectId, domain, state, by, changes }) => (
            <tr key={`${id} ${domain}`}>
              <th scope="row">
                {title}
                <br />
                <span className="small">{projectId}</span>
              </th>
              <td>
                <Mark tone={tones[state]}>{say(`effect.${state}`)}</Mark>
                {by && <span className="small"> {say('effect.by', { day: dayOf(by) })}</span>}
              </td>
              <td>
                {changes.length === 0
                  ? '—'
                  : changes.map(({ at, generation, removed }) => (
                      <span key={generation} className="change">
                        {say('effect.change', { day: dayOf(at), removed })}
                      </span>
                    ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
