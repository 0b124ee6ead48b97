/** Questions and acts about requests. What may be done is in `offered`, and decided by the API at each call. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'

export type HabilitationRequest = components['schemas']['Habilitation']
export type Line = HabilitationRequest['lines'][number]

export const requestsQuery = queryOptions({
  queryKey: ['requests'],
  queryFn: async () => (await told(api.GET('/api/v1/habilitations'))).habilitations,
})

export const remindersQuery = queryOptions({
  queryKey: ['reminders'],
  queryFn: async () => (await told(api.GET('/api/v1/habilitations/reminders'))).reminders,
})

export function requestQuery(id: string) {
  return queryOptions({
    queryKey: ['requests', id],
    queryFn: () => told(api.GET('/api/v1/habilitations/{id}', { params: { path: { id } } })),
  })
}

/** Its title, or null while it has none. */
export function titleOf(request: HabilitationRequest): string | null {
  return typeof request.title === 'string' && request.title.trim() !== '' ? request.title : null
}

/** Opens a draft, which may begin as a copy of an older request. */
export function openRequest(body: Readonly<Record<string, unknown>>): Promise<HabilitationRequest> {
  return told(api.POST('/api/v1/habilitations', { body }))
}

/** Changes a draft, as it was read, by a JSON merge patch. It is still sent when the page is being left. */
export function patchRequest(
  { id, revision }: Pick<HabilitationRequest, 'id' | 'revision'>,
  body: Readonly<Record<string, unknown>>,
): Promise<HabilitationRequest> {
  const headers = { 'If-Match': `"${revision}"` }
  return told(
    api.PATCH('/api/v1/habilitations/{id}', { params: { path: { id } }, body, headers, keepalive: true }),
  )
}

/** What a lead, and whoever instructs or answers for data and people, may ask of a request beside writing it. */
export type Act =
  | InstructingAct
  | 'submission'
  | 'completion'
  | 'acceptance'
  | 'renunciation'
  | 'withdrawal'
  | 'appeal'
  | 'revocation-appeal'
  | 'answers'
  | 'comments'
  | 'amendment'
  | 'renewal'

type InstructingAct =
  | 'completeness'
  | 'interests'
  | 'opinions'
  | 'questions'
  | 'external-references'
  | 'extension'
  | 'countersignatures'
  | 'decision'
  | 'confirmation'
  | 'appeal-decision'
  | 'suspension'
  | 'lift'
  | 'recall'
  | 'revocation'
  | 'dismissal'
  | 'closure'
  | 'attestation'
  | 'grant-validation'
  | 'grant-issue'
  | 'grant-end'
  | 'grant-review'
  | 'review-campaign'
  | 'access-review'
  | 'results'

interface Asked {
  readonly act: Act
  readonly body?: Readonly<Record<string, unknown>>
}

/** The commands have one form of answer; their bodies are checked by the API. */
function actOn(id: string, { act, body = {} }: Asked): Promise<HabilitationRequest> {
  const path = `/api/v1/habilitations/{id}/${act}` as '/api/v1/habilitations/{id}/withdrawal'
  return told(api.POST(path, { params: { path: { id } }, body }))
}

/** One act on a request; whatever shows it is shown anew. */
export function useAct(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (asked: Asked) => actOn(id, asked),
    // Somebody else may have acted meanwhile: what is refused is looked at anew.
    onError: () => queries.invalidateQueries({ queryKey: requestQuery(id).queryKey, exact: true }),
    onSuccess: async (after) => {
      queries.setQueryData(requestQuery(id).queryKey, after)
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['requests'], exact: true }),
        queries.invalidateQueries({ queryKey: ['reminders'] }),
        queries.invalidateQueries({ queryKey: ['projects'] }),
      ])
    },
  })
}
