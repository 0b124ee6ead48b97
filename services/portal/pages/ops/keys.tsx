import { useMutation, useQuery } from '@tanstack/react-query'
import { api, told } from '../../client.ts'
import { numberOf } from '../../format.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/ops.en.json' with { type: 'json' }
import fr from '../../words/ops.fr.json' with { type: 'json' }

const useWords = words('ops', { fr, en })

/** Under what the data keys are wrapped, and their wrapping anew, which touches no file. */
export function KeysAtRest() {
  const say = useWords()
  const { data, error } = useQuery({
    queryKey: ['keys'],
    queryFn: () => told(api.GET('/api/v1/keys')),
    refetchInterval: ({ state }) => (state.data?.rotating ? 1000 : false),
  })
  const rotation = useMutation({
    mutationFn: () => told(api.POST('/api/v1/keys/rotation')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['keys'] }),
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return null
  const { provider, version, clear, rotating, wrapped } = data
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">{say('keys')}</h2>
      <p>
        {say('keys.provider', { provider, version: version ?? '—' })}
        <br />
        {say('keys.clear', { place: say(`clear.${clear}`) })}
      </p>
      <table>
        <caption>{say('keys.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('keys.version')}</th>
            <th scope="col" className="number">
              {say('keys.count')}
            </th>
          </tr>
        </thead>
        <tbody>
          {wrapped.map((one) => (
            <tr key={one.version}>
              <td>
                {one.provider} {one.version}
              </td>
              <td className="number">{numberOf(one.keys)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">{rotating ? say('keys.rotating', { ...rotating }) : ''}</p>
      {rotation.error && <Refusal error={rotation.error} />}
      <button
        type="button"
        disabled={rotation.isPending || rotating !== null}
        onClick={() => rotation.mutate()}
      >
        {say('keys.rotate')}
      </button>
    </section>
  )
}
