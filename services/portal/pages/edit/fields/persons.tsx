import { type FormEvent, useState } from 'react'
import { dayOf } from '../../../format.ts'
import { Field } from '../../../parts/field.tsx'
import { useMe } from '../../../session.ts'
import { useRequestWords } from '../../request/words.ts'
import { isObject } from '../patch.ts'
import { Group } from './group.tsx'
import type { EditorProps } from './props.ts'

const usualProfile = 'analyst'

/** Who will work on the data: added one by one, each with an account and a profile. */
export function Persons({ value, onChange, ...props }: EditorProps) {
  const say = useRequestWords()
  const me = useMe()
  const all = Array.isArray(value) ? value.filter(isObject) : []
  const isListed = all.some(({ issuer, subject }) => issuer === me.issuer && subject === me.subject)
  return (
    <Group {...props}>
      {all.length > 0 && <Listed all={all} onChange={onChange} />}
      {!isListed && (
        <p>
          <button
            type="button"
            onClick={() =>
              onChange([...all, { issuer: me.issuer, subject: me.subject, profile: usualProfile }])
            }
          >
            {say('person-me')}
          </button>
        </p>
      )}
      <Adding onAdd={(person) => onChange([...all, person])} />
    </Group>
  )
}

interface ListedProps {
  readonly all: readonly Readonly<Record<string, unknown>>[]
  readonly onChange: (value: unknown) => void
}

function Listed({ all, onChange }: ListedProps) {
  const say = useRequestWords()
  return (
    <table>
      <caption>{say('persons-listed', { count: all.length })}</caption>
      <thead>
        <tr>
          <th scope="col">{say('person')}</th>
          <th scope="col">{say('member.profile')}</th>
          <th scope="col">{say('member.until')}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {all.map((person, index) => (
          <tr key={`${person.issuer} ${person.subject}`}>
            <th scope="row">
              {String(person.name ?? person.subject)} <span className="small">{String(person.issuer)}</span>
            </th>
            <td>{String(person.profile)}</td>
            <td>{typeof person.until === 'string' ? dayOf(person.until) : say('until-the-end')}</td>
            <td>
              <button type="button" onClick={() => onChange(all.filter((_, i) => i !== index))}>
                {say('person-remove', { person: String(person.subject) })}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Adding({ onAdd }: { readonly onAdd: (person: Readonly<Record<string, string>>) => void }) {
  const say = useRequestWords()
  const me = useMe()
  const empty = { subject: '', issuer: me.issuer, profile: usualProfile, until: '' }
  const [person, setPerson] = useState(empty)
  const isReady = [person.subject, person.issuer, person.profile].every((one) => one.trim() !== '')
  const add = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady) return
    const { until, ...others } = person
    onAdd({ ...others, ...(until !== '' && { until }) })
    setPerson(empty)
  }
  return (
    <form className="adding" onSubmit={add} aria-label={say('person-new')}>
      {(['subject', 'issuer', 'profile', 'until'] as const).map((member) => (
        <Field key={member} label={say(`member.${member}`)} help={say(`person-help.${member}`)}>
          {(tied) => (
            <input
              {...tied}
              type={member === 'until' ? 'date' : 'text'}
              maxLength={100}
              value={person[member]}
              onChange={(event) => setPerson({ ...person, [member]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <button type="submit" disabled={!isReady}>
        {say('person-add')}
      </button>
    </form>
  )
}
