/** One query at a time: asked, stopped, answered or refused. What was asked stays in the memory of the page, nowhere else. */
import { useMutation } from '@tanstack/react-query'
import { queries } from '../../session.ts'
import { type Asked, cancelQuery, runQuery } from '../../workshop.ts'

export interface Begun {
  readonly id: string
  readonly asked: Asked
  /** Instant of this page. */
  readonly at: number
}

/** Texts that were asked since the page was loaded, by the id of their query: the house keeps none. */
const texts = new Map<string, Asked>()

export function textOf(id: string): Asked | undefined {
  return texts.get(id)
}

export function useRun(project: string) {
  const again = () => queries.invalidateQueries({ queryKey: ['projects', project, 'queries'] })
  const run = useMutation({
    mutationFn: ({ id, asked }: Begun) => runQuery(project, { ...asked, id }),
    onMutate: ({ id, asked }) => {
      texts.set(id, asked)
    },
    onSettled: async () => {
      // A statement may have made a table.
      await Promise.all([again(), queries.invalidateQueries({ queryKey: ['projects', project, 'tables'] })])
    },
  })
  const cancel = useMutation({ mutationFn: (id: string) => cancelQuery(project, id), onSettled: again })
  return {
    begin: (asked: Asked) => run.mutate({ id: crypto.randomUUID(), asked, at: Date.now() }),
    cancel: (id: string) => cancel.mutate(id),
    /** What was asked last. */
    begun: run.variables ?? null,
    isRunning: run.isPending,
    isCancelling: cancel.isPending,
    error: run.error,
    answered: run.data ?? null,
  }
}

export type Run = ReturnType<typeof useRun>
