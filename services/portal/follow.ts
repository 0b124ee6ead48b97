/** Long work as the house tells it: by a stream of events, and by asking every 2 s where there is none (docs/decisions/0027). */
import type { QueryKey } from '@tanstack/react-query'
import { useEffect } from 'react'
import { queries } from './session.ts'

/** What is followed: the question that its events answer, and where they come from. */
export interface Followed {
  readonly queryKey: QueryKey
  /** Path of the thing; its events stand below. */
  readonly path: string
  /** What the answer of the question is, of what the event says; all of it when left out. */
  readonly of?: (said: never) => unknown
}

const pollMs = 2_000

/** Keeps the answer of a question new while the work that it is about goes on. */
export function useFollow({ queryKey, path, of }: Followed, isAtWork: boolean): void {
  const key = JSON.stringify(queryKey)
  useEffect(
    () => (isAtWork ? follow({ queryKey: JSON.parse(key), path, ...(of && { of }) }) : undefined),
    [key, path, of, isAtWork],
  )
}

function follow({ queryKey, path, of = (said) => said }: Followed): () => void {
  const source = new EventSource(`${path}/events`)
  let polling: ReturnType<typeof setInterval> | undefined
  const ask = () => void queries.refetchQueries({ queryKey, exact: true })
  const stopPolling = () => {
    clearInterval(polling)
    polling = undefined
  }
  const poll = () => {
    polling ??= setInterval(ask, pollMs)
  }
  source.addEventListener('open', stopPolling)
  source.addEventListener('state', ({ data }: MessageEvent<string>) => {
    queries.setQueryData(queryKey, of(JSON.parse(data) as never))
  })
  // The question says what the stream does not: why it ended, in the language of the page.
  source.addEventListener('end', () => {
    source.close()
    ask()
    poll()
  })
  source.addEventListener('error', poll)
  return () => {
    source.close()
    stopPolling()
  }
}
