/** What a person sees while a node opens: one line per step, with its time. */
import { performance } from 'node:perf_hooks'
import type { Readiness, Step } from '../gateway/readiness.ts'

/** Where lines go: standard output of main.ts, nowhere in tests. */
export type Say = (line: string) => void

export interface Steps extends Readiness {
  /** Runs one step; `note` is what there is to say about its result. The line is printed when it ends. */
  run<T>(name: string, open: () => Promise<T>, note?: (opened: T) => string): Promise<T>
}

/** The steps of an opening, all of them known from the start so that /readyz can show what still waits. */
export function openSteps(names: readonly string[], print: Say): Steps {
  const states = new Map<string, Step>(names.map((name) => [name, { name, state: 'waiting' }]))
  return {
    ready: false,
    get steps() {
      return [...states.values()]
    },
    async run(name, open, note = () => '') {
      const from = performance.now()
      const set = (state: Step['state'], ms?: number) =>
        states.set(name, { name, state, ...(ms === undefined ? {} : { ms: Math.round(ms) }) })
      set('running')
      try {
        const opened = await open()
        const ms = performance.now() - from
        set('done', ms)
        print(lineOf('✔', { name, ms, note: note(opened) }))
        return opened
      } catch (error) {
        const ms = performance.now() - from
        set('failed', ms)
        print(lineOf('✘', { name, ms, note: '' }))
        throw error
      }
    },
  }
}

const seconds = new Intl.NumberFormat('fr-FR', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

function lineOf(mark: string, { name, ms, note }: { name: string; ms: number; note: string }): string {
  return ` ${mark} ${name.padEnd(34)} ${seconds.format(ms / 1000).padStart(5)} s   ${note}`.trimEnd()
}
