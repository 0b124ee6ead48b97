import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../client.ts'
import { momentOf } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/field.tsx'
import { Mark, type Tone } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Region } from '../parts/region.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { projectsQuery } from '../projects.ts'
import { type Release, releasesQuery, useAct } from '../releases.ts'
import { hasRole, useMe } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/releases.en.json' with { type: 'json' }
import fr from '../words/releases.fr.json' with { type: 'json' }

const useWords = words('releases', { fr, en })

const tones: Readonly<Record<Release['state'], Tone>> = {
  draft: 'plain',
  review: 'wait',
  changes: 'warn',
  released: 'good',
  refused: 'bad',
  withdrawn: 'plain',
}

/** What waits for a checker, or what a person of a project has asked to take out. */
export function ReleasesPage() {
  const say = useWords()
  const me = useMe()
  const { data, error } = useQuery(releasesQuery)
  const [isAsking, setAsking] = useState(false)
  const isAsker = hasRole(me, 'researcher', 'lead')
  return (
    <PageBody
      title={say('title')}
      lead={say(isAsker ? 'lead.asker' : 'lead.checker')}
      actions={
        isAsker && (
          <button type="button" className="main" onClick={() => setAsking(true)}>
            {say('new')}
          </button>
        )
      }
    >
      {error && <Refusal error={error} takesFocus={false} />}
      {!data && !error && <Waiting />}
      {data?.length === 0 && <p className="empty">{say(isAsker ? 'none.asker' : 'none.checker')}</p>}
      {data && data.length > 0 && <Releases releases={data} />}
      <Dialog title={say('new')} isOpen={isAsking} onClose={() => setAsking(false)}>
        <NewRelease />
      </Dialog>
    </PageBody>
  )
}

function Releases({ releases }: { readonly releases: readonly Release[] }) {
  const say = useWords()
  return (
    <Region label={say('title')}>
      <table>
        <caption>{say('caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('name')}</th>
            <th scope="col">{say('state')}</th>
            <th scope="col">{say('turn')}</th>
            <th scope="col">{say('files')}</th>
            <th scope="col">{say('asked')}</th>
          </tr>
        </thead>
        <tbody>
          {releases.map((one) => (
            <tr key={one.id}>
              <td>
                <Link to="/releases/$release" params={{ release: one.id }}>
                  {one.title}
                </Link>
                <br />
                <span className="small">{one.project}</span>
              </td>
              <td>
                <Mark tone={tones[one.state]}>{say(`state.${one.state}`)}</Mark>
              </td>
              <td>{one.offered.includes('review') ? say('turn.you') : say(`turn.${one.turn}`)}</td>
              <td className="number">{one.files.length}</td>
              <td>{momentOf(one.askedAt ?? one.openedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}

function NewRelease() {
  const say = useWords()
  const go = useNavigate()
  const { data: projects = [] } = useQuery(projectsQuery)
  const opening = useAct(async (given: { project: string; title: string }) => {
    const { project, title } = given
    const opened = await told(
      api.POST('/api/v1/projects/{id}/releases', { params: { path: { id: project } }, body: { title } }),
    )
    await go({ to: '/releases/$release', params: { release: opened.id } })
  })
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    opening.mutate({ project: String(form.get('project')), title: String(form.get('title')) })
  }
  return (
    <form onSubmit={send}>
      <Field label={say('project')}>
        {(tied) => (
          <select {...tied} name="project" required>
            {projects.map(({ id, title }) => (
              <option key={id} value={id}>
                {`${title} · ${id}`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('name')} help={say('name.help')}>
        {(tied) => <input {...tied} name="title" required maxLength={200} />}
      </Field>
      {opening.error && <Refusal error={opening.error} />}
      <button type="submit" className="main" disabled={opening.isPending}>
        {say('open')}
      </button>
    </form>
  )
}
