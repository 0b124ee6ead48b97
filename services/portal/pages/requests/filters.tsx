import { Link, useNavigate } from '@tanstack/react-router'
import { Field } from '../../parts/field.tsx'
import type { HabilitationRequest } from '../../requests.ts'
import { useMe } from '../../session.ts'
import { useRequestWords } from '../request/words.ts'
import { type Filter, groupNames, isInGroup, isMine } from './filter.ts'

interface FiltersProps {
  readonly all: readonly HabilitationRequest[]
  readonly filter: Filter
}

/** What is shown is in the address: each filter is a link, the search is stored as it is typed. */
export function Filters({ all, filter }: FiltersProps) {
  const say = useRequestWords()
  const me = useMe()
  const navigate = useNavigate({ from: '/requests' })
  if (all.length === 0) return null
  const isAll = filter.state === undefined && filter.turn === undefined
  return (
    <div className="filters">
      <nav aria-label={say('filters')} className="tabs">
        <Link
          to="."
          search={(before) => ({ ...before, state: undefined, turn: undefined })}
          aria-current={isAll ? 'page' : undefined}
        >
          {say('filter-all', { count: all.length })}
        </Link>
        <Link
          to="."
          search={(before) => ({ ...before, state: undefined, turn: 'mine' as const })}
          aria-current={filter.turn === 'mine' ? 'page' : undefined}
        >
          {say('filter-mine', { count: all.filter((one) => isMine(one, me)).length })}
        </Link>
        {groupNames.map((group) => (
          <Link
            key={group}
            to="."
            search={(before) => ({ ...before, state: group, turn: undefined })}
            aria-current={filter.state === group ? 'page' : undefined}
          >
            {say(`group.${group}`, { count: all.filter((one) => isInGroup(one, group)).length })}
          </Link>
        ))}
      </nav>
      <Field label={say('filter-search')}>
        {(tied) => (
          <input
            {...tied}
            type="search"
            value={filter.q ?? ''}
            onChange={(event) =>
              void navigate({
                search: (before) => ({ ...before, q: event.target.value || undefined }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        )}
      </Field>
    </div>
  )
}
