import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import type { PoliciesSearch } from '../../dpo-search.ts'
import { type HabilitationLine, habilitationsQuery } from '../../habilitations.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Decision } from './decision.tsx'
import { useWords } from './words.ts'

interface SimulatorProps {
  readonly search: PoliciesSearch
}

type Asked = Pick<PoliciesSearch, 'person' | 'project' | 'dataset' | 'purpose' | 'date'>

/** Person, project, dataset, purpose, day: what would be decided, by which rule, for which fact. */
export function Simulator({ search }: SimulatorProps) {
  const say = useWords()
  const { data, error } = useQuery(habilitationsQuery)
  const projects = data?.filter(({ project }) => project !== null) ?? []
  return (
    <>
      <p>{say('simulator.what')}</p>
      {error && <Refusal error={error} takesFocus={false} />}
      {data && <Form key={JSON.stringify(search)} search={search} projects={projects} />}
      {search.person === undefined || search.project === undefined ? (
        <p className="empty">{say('simulator.none')}</p>
      ) : (
        data && (
          <Decision
            asked={search}
            person={search.person}
            project={search.project}
            issuer={issuerOf(projects, search.person)}
          />
        )
      )}
    </>
  )
}

/** The issuer under which a project names the person; undefined where none does. */
function issuerOf(projects: readonly HabilitationLine[], person: string): string | undefined {
  return projects.flatMap(({ persons }) => persons).find(({ subject }) => subject === person)?.issuer
}

function Form({ search, projects }: SimulatorProps & { readonly projects: readonly HabilitationLine[] }) {
  const say = useWords()
  const navigate = useNavigate()
  const known = useId()
  const [asked, setAsked] = useState<Asked>(() => ({
    ...search,
    ...(search.project === undefined && projects[0]?.project && { project: projects[0].project }),
  }))
  const put = (name: keyof Asked, value: string) => {
    const { [name]: _before, ...rest } = asked
    setAsked(value === '' ? rest : { ...rest, [name]: value })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void navigate({ to: '/policies', search: { ...asked, tab: 'simulator' }, resetScroll: false })
  }
  const chosen = projects.find(({ project }) => project === asked.project)
  const one = (name: 'dataset' | 'purpose', values: readonly string[]) => (
    <Field label={say(name)}>
      {(tied) => (
        <select {...tied} value={asked[name] ?? ''} onChange={({ target }) => put(name, target.value)}>
          <option value="">{say('any')}</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
  return (
    <form className="simulator" onSubmit={submit}>
      <Field label={say('project')}>
        {(tied) => (
          <select
            {...tied}
            required
            value={asked.project ?? ''}
            onChange={({ target }) => put('project', target.value)}
          >
            <option value="">{say('choose')}</option>
            {projects.map(({ id, project, title }) => (
              <option key={id} value={project ?? ''}>
                {title} ({project})
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('person')} help={say('person.help')}>
        {(tied) => (
          <input
            {...tied}
            required
            list={known}
            maxLength={100}
            value={asked.person ?? ''}
            onChange={({ target }) => put('person', target.value)}
          />
        )}
      </Field>
      <datalist id={known}>
        {chosen?.persons.map(({ subject }) => (
          <option key={subject} value={subject} />
        ))}
      </datalist>
      {one('dataset', chosen?.datasets ?? [])}
      {one('purpose', chosen?.purposes ?? [])}
      <Field label={say('date')} help={say('date.help')}>
        {(tied) => (
          <input
            {...tied}
            type="date"
            value={asked.date ?? ''}
            onChange={({ target }) => put('date', target.value)}
          />
        )}
      </Field>
      <p>
        <button type="submit" className="main">
          {say('ask')}
        </button>
      </p>
    </form>
  )
}
