import { useMutation } from '@tanstack/react-query'
import { api, told } from '../../client.ts'
import { type Incident, keepIncident } from '../../incidents.ts'
import { Refusal } from '../../parts/refusal.tsx'
import type { KeyOf } from '../../text.ts'
import type fr from '../../words/incidents.fr.json'
import { useWords } from '../incidents/words.ts'

/** What is still lacking, or the end. */
export function Closing({ incident: { id, lacks } }: { readonly incident: Incident }) {
  const say = useWords()
  const close = useMutation({
    mutationFn: () =>
      told(api.POST('/api/v1/incidents/{id}/closing', { params: { path: { id } }, body: {} })),
    onSuccess: keepIncident,
  })
  return (
    <section aria-labelledby="closing">
      <h2 id="closing">{say('closing')}</h2>
      {lacks.length > 0 && (
        <>
          <p>{say('closing.lacks')}</p>
          <ul>
            {lacks.map((what) => (
              <li key={what}>
                {say((what.startsWith('incident.') ? `clock.${what}` : what) as KeyOf<typeof fr>)}
              </li>
            ))}
          </ul>
        </>
      )}
      {close.error && <Refusal error={close.error} />}
      <button
        type="button"
        className="main"
        disabled={lacks.length > 0 || close.isPending}
        onClick={() => close.mutate()}
      >
        {say('closing.do')}
      </button>
    </section>
  )
}
