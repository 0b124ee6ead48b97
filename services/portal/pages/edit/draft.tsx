/** The draft that a page edits: what the house has of it, with what was typed since on top. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react'
import { Problem } from '../../problem.ts'
import { type FormField, formQuery, inLanguage, type RequestForm, schemaOf } from '../../request-form.ts'
import { type HabilitationRequest, requestQuery } from '../../requests.ts'
import { Autosave, type Edits, type Saving } from './autosave.ts'
import { asAsked, mergePatchFor, sendable } from './patch.ts'
import { store } from './storing.ts'

export interface Draft {
  readonly request: HabilitationRequest
  readonly form: RequestForm
  readonly saving: Saving
  readonly value: (name: string) => unknown
  readonly set: (name: string, value: unknown) => void
  /** Of a field that was changed elsewhere too: what was typed here is kept, or given up. */
  readonly settle: (name: string, isKept: boolean) => void
  /** Stores what waits, at once. */
  readonly flush: () => Promise<void>
}

export const DraftContext = createContext<Draft | null>(null)

export function useDraft(): Draft {
  const draft = useContext(DraftContext)
  if (draft === null) throw new Error('no draft around this part')
  return draft
}

export function DraftOf({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const queries = useQueryClient()
  const { data: request } = useSuspenseQuery(requestQuery(id))
  const { data: form } = useSuspenseQuery(formQuery)
  /** What the page had when somebody began to type; it may have read newer answers since. */
  const read = useRef(request)
  const autosave = useMemo(() => {
    const asked = requestQuery(id)
    const { queryKey } = asked
    const fields = fieldsOf(form)
    return new Autosave(async (edits) => {
      await queries.cancelQueries({ queryKey })
      const storing = {
        read: read.current,
        again: () => queries.fetchQuery({ ...asked, staleTime: 0 }),
        patchFor: (before: HabilitationRequest, some: Edits) => patchFor({ before, fields }, some),
        onStored(now: HabilitationRequest) {
          read.current = now
          queries.setQueryData(queryKey, now)
        },
      }
      return store(storing, edits)
    })
  }, [id, form, queries])
  const saving = useSyncExternalStore(autosave.subscribe, autosave.snapshot)
  useLeaving(autosave)
  const draft: Draft = {
    request,
    form,
    saving,
    value: (name) => (Object.hasOwn(saving.edits, name) ? saving.edits[name] : request[name]),
    set(name, value) {
      if (Object.keys(saving.edits).length === 0) read.current = request
      autosave.set(name, value)
    },
    settle: (name, isKept) => autosave.settle(name, isKept),
    flush: () => autosave.flush(),
  }
  return <DraftContext value={draft}>{children}</DraftContext>
}

/** Every field of the form by its name. */
export function fieldsOf(form: RequestForm): ReadonlyMap<string, FormField> {
  return new Map(form.steps.flatMap((step) => step.fields.map((field) => [field.name, field])))
}

interface Known {
  readonly before: HabilitationRequest | undefined
  readonly fields: ReadonlyMap<string, FormField>
}

/** The merge patch that stores what was typed, as far as it may be sent. */
export function patchFor({ before, fields }: Known, edits: Edits): Record<string, unknown> {
  const patch = Object.entries(edits).flatMap(([name, value]): [string, unknown][] => {
    const field = fields.get(name)
    if (field === undefined) return []
    const schema = schemaOf(field)
    const sent = sendable(schema, asAsked(value, schema))
    return sent.isHeld ? [] : [[name, mergePatchFor(before?.[name], sent.value)]]
  })
  return Object.fromEntries(patch)
}

/** Nothing is lost by closing the page or going to another. */
function useLeaving(autosave: Autosave): void {
  useEffect(() => {
    const leave = () => void autosave.flush()
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [autosave])
}

export interface Fault {
  readonly path: string
  readonly text: string
  /** It is asked for and not there yet: no fault of what was typed. */
  readonly isAbsent: boolean
}

/** What is wrong at a field and below: what the API refused to store, and what submission would miss. */
export function useFaults(root: string): readonly Fault[] {
  const { request, saving, value } = useDraft()
  const refused =
    saving.phase === 'refused' && saving.error instanceof Problem ? saving.error.body.missing : []
  const found = [
    ...(refused ?? []).map(({ path, message }) => ({ path, text: message, isAbsent: false })),
    ...request.completeness.steps.flatMap(({ missing }) =>
      missing.map((item) => ({ path: item.path, text: inLanguage(item), isAbsent: isBlank(value(root)) })),
    ),
  ]
  return found.filter(
    ({ path }) => path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`),
  )
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}
