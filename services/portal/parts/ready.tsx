import type { ReactNode } from 'react'
import { Mishap } from './mishap.tsx'
import { Waiting } from './waiting.tsx'

interface ReadyProps {
  /** What `useQuery` says of each question that the page cannot be without. */
  readonly answers: readonly { readonly data: unknown; readonly error: unknown }[]
  readonly children: ReactNode
}

/**
 * A page once what it needs is there: inside it `useSuspenseQuery` of the same questions never waits. React holds back by 300 ms what
 * a boundary of Suspense waited for, so the first answers of a page are awaited here.
 */
export function Ready({ answers, children }: ReadyProps) {
  const failed = answers.find(({ data, error }) => data === undefined && error !== null)
  if (failed) return <Mishap error={failed.error} />
  return answers.some(({ data }) => data === undefined) ? <Waiting /> : children
}
