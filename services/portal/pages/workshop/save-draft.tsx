import { useMutation, useQuery } from '@tanstack/react-query'
import { Refusal } from '../../parts/refusal.tsx'
import { Problem } from '../../problem.ts'
import {
  addSaved,
  changeSaved,
  type Keeping,
  rereadSaved,
  type SavedQuery,
  savedQueriesQuery,
} from '../../saved-queries.ts'
import { type KeyOf, words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Statement } from './use-statement.ts'

const useWords = words('workshop', { fr, en })

interface SaveDraftProps {
  readonly project: string
  readonly statement: Statement
}

/** What is sent: which draft, over which saved query and revision, or as a new one. */
interface Saving {
  readonly draft: string
  readonly over: Pick<SavedQuery, 'id' | 'revision'> | null
  readonly kept: Keeping
}

/** The open draft as it would be kept, and the saved query that it came from. */
function useSaving({ project, statement }: SaveDraftProps) {
  const say = useWords()
  const { drafts, asked } = statement
  const { open, all } = drafts
  const { data } = useQuery({ ...savedQueriesQuery(project), enabled: open.saved !== undefined })
  const origin = data?.find(({ id }) => id === open.saved?.id)
  const own = origin?.isOwn ? origin : undefined
  const title = open.title.trim() || say('draft', { number: all.findIndex(({ id }) => id === open.id) + 1 })
  const kept = { ...asked, title, isShared: own?.isShared ?? false }
  const save = useMutation({
    mutationFn: ({ over, kept: body }: Saving) =>
      over === null ? addSaved(project, body) : changeSaved(project, over, body),
    onSuccess: ({ id, revision, title: named }, { draft }) => drafts.tie(draft, { id, revision }, named),
    onSettled: () => rereadSaved(project),
  })
  const isSame = own !== undefined && isAlike(own, kept)
  const isUnread = open.saved !== undefined && data === undefined
  return {
    origin,
    own,
    isSame,
    maySave: asked.sql.trim() !== '' && !isUnread && !isSame && !save.isPending,
    /** Of this draft. */
    error: save.variables?.draft === open.id ? save.error : null,
    /** As it was read at this revision; as a new one where none of one’s own is known. */
    send: (revision: number | undefined) =>
      save.mutate({
        draft: open.id,
        over: own && revision !== undefined ? { id: own.id, revision } : null,
        kept,
      }),
  }
}

/** Keeps the open draft in the project, or saves anew the one of one’s own that it came from. */
export function SaveDraft(props: SaveDraftProps) {
  const say = useWords()
  const { origin, own, isSame, maySave, error, send } = useSaving(props)
  const { saved } = props.statement.drafts.open
  return (
    <>
      <div className="draft-save">
        <button type="button" className="slight" disabled={!maySave} onClick={() => send(saved?.revision)}>
          {say(own ? 'saved.change' : 'saved.add')}
        </button>
        <span className="small" role="status">
          {origin && say(standing(origin, isSame), { author: origin.author.subject, title: origin.title })}
        </span>
      </div>
      {error && (
        <Refusal error={error}>
          {own && isOutrun(error) && (
            <p>
              <button type="button" onClick={() => send(own.revision)}>
                {say('saved.anyway')}
              </button>
            </p>
          )}
        </Refusal>
      )}
    </>
  )
}

function standing({ isOwn, isShared }: SavedQuery, isSame: boolean): KeyOf<typeof fr> {
  if (!isOwn) return 'saved.is.from'
  if (!isSame) return 'saved.is.changed'
  return isShared ? 'saved.is.shared' : 'saved.is.own'
}

function isAlike(saved: SavedQuery, kept: Keeping): boolean {
  return (['title', 'sql', 'purpose', 'objective'] as const).every((member) => saved[member] === kept[member])
}

function isOutrun(error: unknown): boolean {
  return error instanceof Problem && error.body.rule === 'saved-queries.revision'
}
