import { useRef, useState } from 'react'
import { queries } from '../../session.ts'
import { fileTypeOf } from './file-type.ts'
import { beginSending, type Sending } from './sending.ts'

export interface SendingState {
  readonly file: string
  readonly bytes: number
  readonly sent: number
  readonly state: 'sending' | 'paused' | 'done' | 'failed'
  readonly error?: unknown
}

export interface Sendings {
  /** By table. */
  readonly states: Readonly<Record<string, SendingState>>
  send(table: string, file: File): void
  pause(table: string): void
  resume(table: string): void
}

/** The files that this page is sending for one deposit, each on its own. */
export function useSendings(deposit: string): Sendings {
  const [states, setStates] = useState<Readonly<Record<string, SendingState>>>({})
  const running = useRef(new Map<string, Sending>())
  const change = (table: string, changes: Partial<SendingState>) =>
    setStates((before) => {
      const one = before[table]
      return one ? { ...before, [table]: { ...one, ...changes } } : before
    })
  const send = (table: string, file: File) => {
    running.current.get(table)?.pause()
    const begun: SendingState = { file: file.name, bytes: file.size, sent: 0, state: 'sending' }
    setStates((before) => ({ ...before, [table]: begun }))
    const type = fileTypeOf(file.name)
    const onError = (error: unknown) => change(table, { state: 'failed', error })
    if (type === null) return onError(unknownEnding)
    const onDone = () => {
      change(table, { state: 'done', sent: file.size })
      void queries.invalidateQueries({ queryKey: ['deposit', deposit] })
      void queries.invalidateQueries({ queryKey: ['uploads'] })
    }
    const hearing = { onDone, onError, onProgress: (sent: number) => change(table, { sent }) }
    beginSending({ deposit, table, file, type }, hearing).then(
      (sending) => void running.current.set(table, sending),
      onError,
    )
  }
  return {
    states,
    send,
    pause(table) {
      running.current.get(table)?.pause()
      change(table, { state: 'paused' })
    },
    resume(table) {
      change(table, { state: 'sending' })
      running.current.get(table)?.resume()
    },
  }
}

/** What a page says of a file whose name no format has. */
export const unknownEnding = new Error('unknown ending')
