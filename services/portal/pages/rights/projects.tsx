import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { components } from '../../api.ts'
import { dayOf, momentOf, numberOf } from '../../format.ts'
import { habilitationsQuery } from '../../habilitations.ts'
import { effectsQuery } from '../../opt-outs.ts'
import { Field } from '../../parts/field.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useWords } from './words.ts'

/** What opt-outs did to the extract of one project, as bands. */
export function ProjectEffects({ chosen }: { readonly chosen: string | undefined }) {
  const say = useWords()
  const navigate = useNavigate()
  const { data, error } = useQuery(habilitationsQuery)
  const projects = data?.flatMap(({ project, title }) => (project === null ? [] : [{ project, title }])) ?? []
  const project = chosen ?? projects[0]?.project
  return (
    <>
      <p>{say('projects.what')}</p>
      {error && <Refusal error={error} takesFocus={false} />}
      <Field label={say('project')}>
        {(tied) => (
          <select
            {...tied}
            value={project ?? ''}
            onChange={({ target }) =>
              void navigate({ to: '/rights', search: { tab: 'projects', project: target.value } })
            }
          >
            {project === undefined && <option value="">{say('choose.project')}</option>}
            {projects.map(({ project: id, title }) => (
              <option key={id} value={id}>
                {title} ({id})
              </option>
            ))}
          </select>
        )}
      </Field>
      {project !== undefined && <Effects project={project} />}
    </>
  )
}

type Domain = components['schemas']['OptOutEffects']['domains'][number]

const tones: Readonly<Record<Domain['state'], Tone>> = {
  applied: 'good',
  waiting: 'wait',
  overdue: 'bad',
  kept: 'plain',
}

function Effects({ project }: { readonly project: string }) {
  const say = useWords()
  const { data, error } = useQuery(effectsQuery(project))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return (
    <>
      <p>{say(`mode.${data.mode}`)}</p>
      {data.domains.length === 0 && <p className="empty">{say('effects.none')}</p>}
      {data.domains.map((domain) => (
        <section key={domain.domain} className="card" aria-label={domain.domain}>
          <h2>{say('domain', { domain: domain.domain, version: domain.version })}</h2>
          <p>
            <Mark tone={tones[domain.state]}>{say(domain.state)}</Mark>{' '}
            {domain.by !== undefined && say('by', { day: dayOf(domain.by) })}
          </p>
          <Changes domain={domain} />
        </section>
      ))}
    </>
  )
}

function Changes({ domain: { domain, changes } }: { readonly domain: Domain }) {
  const say = useWords()
  if (changes.length === 0) return <p className="small">{say('no-changes')}</p>
  return (
    <Region label={`${say('changes')} ${domain}`}>
      <table>
        <caption>{say('changes')}</caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              {say('generation')}
            </th>
            <th scope="col">{say('at')}</th>
            <th scope="col">{say('removed')}</th>
            <th scope="col">{say('because')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ at, generation, removed, because }) => (
            <tr key={generation}>
              <th scope="row" className="number">
                {numberOf(generation)}
              </th>
              <td>{momentOf(at)}</td>
              <td>{removed}</td>
              <td>{say(because)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
