/** What was typed and not yet stored. It is sent a moment after the last key; what is refused stays on the page and says why. */
import { Problem, Silence } from '../../problem.ts'

export type Edits = Readonly<Record<string, unknown>>

export interface Saving {
  readonly edits: Edits
  readonly phase: 'still' | 'waiting' | 'saving' | 'saved' | 'refused' | 'silent'
  /** The instant of the last storing. */
  readonly at: number | null
  readonly error: unknown
}

/** Stores some fields; answers the names of those that it could send. */
export type Send = (edits: Edits) => Promise<readonly string[]>

const pauseMs = 600
const againMs = 5000

export class Autosave {
  readonly #send: Send
  readonly #listeners = new Set<() => void>()
  #state: Saving = { edits: {}, phase: 'still', at: null, error: null }
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | null = null

  constructor(send: Send) {
    this.#send = send
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): Saving => this.#state

  set(name: string, value: unknown): void {
    this.#show({ edits: { ...this.#state.edits, [name]: value }, phase: 'waiting' })
    this.#later(pauseMs)
  }

  /** Sends now what waits; resolves when nothing is on its way any more. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#running
    const { edits, phase } = this.#state
    if (Object.keys(edits).length === 0 || phase === 'saved') return
    this.#running = this.#store(edits)
    await this.#running
    this.#running = null
  }

  async #store(edits: Edits): Promise<void> {
    this.#show({ phase: 'saving' })
    try {
      const sent = await this.#send(edits)
      const left = Object.entries(this.#state.edits).filter(
        ([name, value]) => !(sent.includes(name) && edits[name] === value),
      )
      const isNewer = left.some(([name, value]) => edits[name] !== value)
      this.#show({
        edits: Object.fromEntries(left),
        phase: isNewer ? 'waiting' : 'saved',
        at: Date.now(),
        error: null,
      })
      if (isNewer) this.#later(pauseMs)
    } catch (error) {
      const isSilent = error instanceof Silence
      this.#show({ phase: isSilent ? 'silent' : 'refused', error })
      if (isSilent) this.#later(againMs)
      else if (!(error instanceof Problem)) throw error
    }
  }

  #later(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), ms)
  }

  #show(changes: Partial<Saving>): void {
    this.#state = { ...this.#state, ...changes }
    for (const listener of this.#listeners) listener()
  }
}
