import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { addDays, today } from '../../days.ts'
import { type AuditSearch, narrowed } from '../../dpo-search.ts'
import { numberOf } from '../../format.ts'
import { habilitationsQuery } from '../../habilitations.ts'
import { type AuditStatistics, logPageQuery } from '../../log.ts'
import type { KeyOf } from '../../text.ts'
import type fr from '../../words/audit.fr.json'
import { useWords } from './words.ts'

interface FiltersProps {
  readonly search: AuditSearch
}

type Facet = 'project' | 'actor' | 'dataset' | 'type' | 'outcome' | 'code'

interface Choice {
  readonly value: string
  readonly label: string
  readonly group?: string
}

/** One control per facet; each choice is in the address at once. Values are those that the period has. */
export function Filters({ search }: FiltersProps) {
  const say = useWords()
  const navigate = useNavigate()
  const { data: page } = useQuery(logPageQuery(search))
  const data = page?.statistics
  const titles = useTitles()
  const choose = (name: keyof AuditSearch) => (value: string) =>
    void navigate({
      to: '/audit',
      search: narrowed(search, { [name]: value === '' ? undefined : value }),
      resetScroll: false,
    })
  const one = (name: Facet, choices: readonly Choice[]) => (
    <Chooser
      label={say(name)}
      none={say(name === 'actor' || name === 'outcome' ? 'all.f' : 'all')}
      choices={withChosen(choices, search[name])}
      value={search[name] ?? ''}
      onChoose={choose(name)}
    />
  )
  const outcomes = (['allowed', 'refused', 'failed', 'done'] as const).map((value) => ({
    value,
    label: say(value),
  }))
  return (
    <section className="filters" aria-label={say('filters')}>
      {one(
        'project',
        counted(data?.projects, (name) => titles.get(name) ?? name),
      )}
      {one('actor', labelled(data?.actors))}
      {one('dataset', counted(data?.datasets))}
      {one('outcome', outcomes)}
      {one('code', counted(data?.codes))}
      {one('type', useTypes(data))}
      <DayField label={say('from')} value={search.from} onChoose={choose('from')} />
      <DayField label={say('to')} value={search.to} onChoose={choose('to')} />
      <Periods search={search} />
    </section>
  )
}

function useTitles(): ReadonlyMap<string, string> {
  const { data } = useQuery({ ...habilitationsQuery, enabled: false })
  return new Map(data?.flatMap(({ project, title }) => (project === null ? [] : [[project, title]])))
}

function Periods({ search }: FiltersProps) {
  const say = useWords()
  const spans = [1, 7, 31] as const
  const isFiltered = Object.keys(narrowed(search)).length > 0
  return (
    <nav className="periods" aria-label={say('period')}>
      {spans.map((days) => (
        <Link
          key={days}
          to="/audit"
          search={narrowed(search, { from: addDays(today(), 1 - days), to: today() })}
          resetScroll={false}
        >
          {say(`days.${days}`)}
        </Link>
      ))}
      {isFiltered && (
        <Link to="/audit" resetScroll={false}>
          {say('clear')}
        </Link>
      )}
    </nav>
  )
}

const families = ['query', 'access', 'auth', 'habilitation', 'dataset', 'deposit', 'audit'] as const

function familyOf(type: string): KeyOf<typeof fr> {
  const known = families.find((family) => type.startsWith(`${family}.`))
  return `family.${known ?? 'other'}`
}

function useTypes(data: AuditStatistics | undefined): readonly Choice[] {
  const say = useWords()
  return (data?.types ?? []).map(({ name, label, entries }) => ({
    value: name,
    label: `${label} (${numberOf(entries)})`,
    group: say(familyOf(name)),
  }))
}

function counted(
  rows: AuditStatistics['codes'] | undefined,
  nameOf = (name: string) => name,
): readonly Choice[] {
  return (rows ?? []).map(({ name, entries }) => ({
    value: name,
    label: `${nameOf(name)} (${numberOf(entries)})`,
  }))
}

function labelled(rows: AuditStatistics['actors'] | undefined): readonly Choice[] {
  return (rows ?? []).map(({ name, label, entries }) => ({
    value: name,
    label: `${label === name ? name : `${label} · ${name}`} (${numberOf(entries)})`,
  }))
}

/** A value of the address stays a choice, whether the period has it or not. */
function withChosen(choices: readonly Choice[], chosen: string | undefined): readonly Choice[] {
  if (chosen === undefined || choices.some(({ value }) => value === chosen)) return choices
  return [{ value: chosen, label: chosen }, ...choices]
}

interface ChooserProps {
  readonly label: string
  readonly none: string
  readonly choices: readonly Choice[]
  readonly value: string
  readonly onChoose: (value: string) => void
}

function Chooser({ label, none, choices, value, onChoose }: ChooserProps) {
  const id = useId()
  const groups = [...new Set(choices.map(({ group = '' }) => group))].sort()
  const options = (group: string) =>
    choices
      .filter((one) => (one.group ?? '') === group)
      .map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))
  return (
    <div className="facet">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChoose(target.value)}>
        <option value="">{none}</option>
        {groups.map((group) =>
          group === '' ? (
            options(group)
          ) : (
            <optgroup key={group} label={group}>
              {options(group)}
            </optgroup>
          ),
        )}
      </select>
    </div>
  )
}

interface DayFieldProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChoose: (value: string) => void
}

function DayField({ label, value = '', onChoose }: DayFieldProps) {
  const id = useId()
  return (
    <div className="facet">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={({ target }) => onChoose(target.value)} />
    </div>
  )
}
