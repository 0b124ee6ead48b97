import { useQuery } from '@tanstack/react-query'
import type { components } from '../../api.ts'
import { dayOf } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Region } from '../../parts/region.tsx'
import { projectUseQuery } from '../../project-work.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { useNames } from '../request/words.ts'
import { useProjectWords } from './words.ts'

const tones: Readonly<Record<string, Tone>> = {
  active: 'good',
  suspended: 'bad',
  proofs_pending: 'warn',
  ended: 'plain',
}

interface MembersProps {
  readonly request: HabilitationRequest
  readonly project: string
}

/** Who works on the data, in what profile, and what keeps somebody from it; when each last asked, for whom the API tells it. */
export function Members({ request, project }: MembersProps) {
  const say = useProjectWords()
  const named = useNames()
  const { members } = useQuery(projectUseQuery(project)).data ?? {}
  const persons = Array.isArray(request.persons) ? (request.persons as readonly Person[]) : []
  return (
    <section aria-labelledby="members">
      <h2 id="members">{say('members')}</h2>
      <Region label={say('members-caption')}>
        <table>
          <caption>{say('members-caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('person')}</th>
              <th scope="col">{say('profile')}</th>
              <th scope="col">{say('grant')}</th>
              <th scope="col">{say('since')}</th>
              {members && <th scope="col">{say('last-access')}</th>}
            </tr>
          </thead>
          <tbody>
            {request.grants.map(({ issuer, subject, state, since, lacking }) => (
              <tr key={`${issuer} ${subject}`}>
                <th scope="row">{subject}</th>
                <td>{persons.find((one) => one.issuer === issuer && one.subject === subject)?.profile}</td>
                <td>
                  <Mark tone={tones[state] ?? 'wait'}>{named('grant', state)}</Mark>
                  {lacking.length > 0 && (
                    <>
                      <br />
                      <span className="small">
                        {say('lacking', { proofs: lacking.map((one) => named('code', one)).join(', ') })}
                      </span>
                    </>
                  )}
                </td>
                <td>{dayOf(since)}</td>
                {members && <LastAccess last={lastOf(members, { issuer, subject })} />}
              </tr>
            ))}
          </tbody>
        </table>
      </Region>
    </section>
  )
}

interface Person {
  readonly issuer: string
  readonly subject: string
  readonly profile?: string
}

type Used = NonNullable<components['schemas']['ProjectUse']['members']>

function lastOf(members: Used, person: Person): string | null {
  const found = members.find((one) => one.issuer === person.issuer && one.subject === person.subject)
  return found?.lastDay ?? null
}

/** A day and no hour: when somebody works is nobody's business. */
function LastAccess({ last }: { readonly last: string | null }) {
  const say = useProjectWords()
  return <td>{last === null ? say('never-asked') : dayOf(`${last}T12:00:00Z`)}</td>
}
