import { useMutation, useQuery } from '@tanstack/react-query'
import { type ComponentProps, type ReactNode, useEffect, useRef, useState } from 'react'
import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import {
  addSaved,
  changeSaved,
  keptOf,
  removeSaved,
  rereadSaved,
  type SavedQuery,
  savedQueriesQuery,
} from '../../saved-queries.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { Comparison } from './comparison.tsx'
import type { Statement } from './use-statement.ts'
import './saved.css'

const useWords = words('workshop', { fr, en })

interface SavedProps {
  readonly project: string
  /** Absent where nothing can be written any more. */
  readonly statement?: Statement
  readonly onOpen?: (saved: SavedQuery) => void
}

/** What is done to those that are kept. */
function useActs(project: string, statement: Statement | undefined) {
  const onSettled = () => rereadSaved(project)
  const remove = useMutation({
    mutationFn: (saved: SavedQuery) => removeSaved(project, saved.id),
    onSettled,
  })
  const share = useMutation({
    mutationFn: (saved: SavedQuery) =>
      changeSaved(project, saved, { ...keptOf(saved), isShared: !saved.isShared }),
    onSuccess: ({ id, revision }, before) => statement?.drafts.follow(before, { id, revision }),
    onSettled,
  })
  return { remove, share }
}

/** Texts kept in the project: one’s own, and what its other members share. */
export function Saved({ project, statement, onOpen }: SavedProps) {
  const say = useWords()
  const { data, error } = useQuery(savedQueriesQuery(project))
  const [compared, setCompared] = useState<string | null>(null)
  const { remove, share } = useActs(project, statement)
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (!statement && data.length === 0) return null
  const other = data.find(({ id }) => id === compared)
  const items = (isOwn: boolean) =>
    data
      .filter((saved) => saved.isOwn === isOwn)
      .map((saved) => (
        <Item
          key={saved.id}
          saved={saved}
          isCompared={saved.id === compared}
          {...(onOpen && statement?.drafts.canOpen(saved) && { onOpen: () => onOpen(saved) })}
          {...(statement && {
            onCompare: () => setCompared(saved.id === compared ? null : saved.id),
            onShare: () => share.mutate(saved),
          })}
          onRemove={() => remove.mutate(saved)}
        />
      ))
  return (
    <div className="saved">
      {remove.isSuccess && <Removed key={remove.variables.id} project={project} saved={remove.variables} />}
      <Failure of={remove} />
      <Failure of={share} />
      {other && statement && (
        <Comparison
          texts={[other.sql, statement.text]}
          lead={say('saved.compare.lead', { title: other.title })}
          onClose={() => setCompared(null)}
        />
      )}
      {!statement && <h2>{say('saved.title')}</h2>}
      <p className="small">{say(statement ? 'saved.lead' : 'saved.over')}</p>
      {statement && !statement.drafts.canAdd && <p className="small">{say('saved.full')}</p>}
      <Shelf name={say('saved.own')} none={statement && say('saved.own.none')}>
        {items(true)}
      </Shelf>
      <Shelf name={say('saved.shared')} none={statement && say('saved.shared.none')}>
        {items(false)}
      </Shelf>
    </div>
  )
}

function Failure({ of: { error } }: { readonly of: { readonly error: Error | null } }) {
  return error && <Refusal error={error} />
}

interface ShelfProps {
  readonly name: string
  /** What is said where there is none; without it an empty shelf is not shown. */
  readonly none: string | undefined
  readonly children: readonly ReactNode[]
}

function Shelf({ name, none, children }: ShelfProps) {
  if (children.length === 0 && none === undefined) return null
  return (
    <>
      <h3>{name}</h3>
      {children.length > 0 ? <ul>{children}</ul> : <p className="empty">{none}</p>}
    </>
  )
}

interface ItemProps {
  readonly saved: SavedQuery
  readonly isCompared: boolean
  readonly onOpen?: () => void
  readonly onCompare?: () => void
  readonly onShare?: () => void
  readonly onRemove: () => void
}

function Item({ saved, isCompared, onOpen, onCompare, onShare, onRemove }: ItemProps) {
  const say = useWords()
  const { title, sql, isOwn, isShared, author, savedAt } = saved
  return (
    <li>
      <p className="saved-title">
        <strong>{title}</strong> {isOwn && isShared && <Mark tone="good">{say('saved.mark')}</Mark>}{' '}
        <span className="small">
          {!isOwn && `${say('saved.by', { author: author.subject })} · `}
          <time dateTime={savedAt}>{momentOf(savedAt)}</time>
        </span>
      </p>
      <details>
        <summary>{say('saved.text')}</summary>
        <Region label={title}>
          <pre>{sql}</pre>
        </Region>
      </details>
      <p className="saved-acts">
        {onCompare && (
          <Act
            label={say('saved.open')}
            named={say('saved.open.one', { title })}
            disabled={!onOpen}
            onClick={onOpen}
          />
        )}
        {onCompare && (
          <Act
            label={say('journal.compare')}
            named={say('saved.compare.one', { title })}
            aria-pressed={isCompared}
            onClick={onCompare}
          />
        )}
        {isOwn && onShare && (
          <Act
            label={say(isShared ? 'saved.unshare' : 'saved.share')}
            named={say(isShared ? 'saved.unshare.one' : 'saved.share.one', { title })}
            onClick={onShare}
          />
        )}
        {isOwn && (
          <Act label={say('saved.remove')} named={say('saved.remove.one', { title })} onClick={onRemove} />
        )}
      </p>
    </li>
  )
}

interface ActProps extends Pick<ComponentProps<'button'>, 'disabled' | 'aria-pressed' | 'onClick'> {
  readonly label: string
  /** The same with the title, for whoever hears one button after the other. */
  readonly named: string
}

function Act({ label, named, ...button }: ActProps) {
  return (
    <button type="button" className="slight" aria-label={named} {...button}>
      {label}
    </button>
  )
}

/** For whoever did not mean it. */
function Removed({ project, saved }: { readonly project: string; readonly saved: SavedQuery }) {
  const say = useWords()
  const again = useMutation({
    mutationFn: () => addSaved(project, keptOf(saved)),
    onSuccess: () => rereadSaved(project),
  })
  const { title } = saved
  // The button that was pressed is gone: the keyboard goes on from here.
  const place = useRef<HTMLParagraphElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <>
      <p ref={place} tabIndex={-1} role="status">
        {say(again.isSuccess ? 'saved.restored' : 'saved.removed', { title })}{' '}
        {!again.isSuccess && (
          <button type="button" className="slight" disabled={again.isPending} onClick={() => again.mutate()}>
            {say('saved.restore')}
          </button>
        )}
      </p>
      <Failure of={again} />
    </>
  )
}
