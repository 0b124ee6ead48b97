/** What was typed and not yet stored. It is sent a moment after the last key; what is refused stays on the page and says why. */
import { Problem, Silence } from '../../problem.ts'

export type Edits = Readonly<Record<string, unknown>>

export interface Saving {
  readonly edits: Edits
  readonly phase: 'still' | 'waiting' | 'saving' | 'saved' | 'refused' | 'silent'
  /** Fields that were changed elsewhere too: they wait until somebody has chosen. */
  readonly clashing: readonly string[]
  /** The instant of the last storing. */
  readonly at: number | null
  readonly error: unknown
}

/** Fields that were changed here and elsewhere since they were read; the others have been stored. */
export class Clash extends Error {
  readonly fields: readonly string[]
  /** Those that were stored. */
  readonly sent: readonly string[]

  constructor(fields: readonly string[], sent: readonly string[]) {
    super('changed here and elsewhere')
    this.name = 'Clash'
    this.fields = fields
    this.sent = sent
  }
}

/** Stores some fields; answers the names of those that it could send. Throws Clash. */
export type Send = (edits: Edits) => Promise<readonly string[]>

const pauseMs = 600
const againMs = 5000

export class Autosave {
  readonly #send: Send
  readonly #listeners = new Set<() => void>()
  #state: Saving = { edits: {}, phase: 'still', clashing: [], at: null, error: null }
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

  /** Ends a clash: what was typed here is stored over the other, or given up. */
  settle(name: string, isKept: boolean): void {
    const { [name]: _, ...others } = this.#state.edits
    this.#show({
      edits: isKept ? this.#state.edits : others,
      clashing: this.#state.clashing.filter((one) => one !== name),
      phase: 'waiting',
    })
    this.#later(0)
  }

  /** Sends now what waits; resolves when nothing is on its way any more. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#running
    const { edits, phase } = this.#state
    const free = this.#free(edits)
    if (Object.keys(free).length === 0 && phase === 'waiting') this.#show({ phase: 'still' })
    if (Object.keys(free).length === 0 || phase === 'saved') return
    this.#running = this.#store(free)
    await this.#running
    this.#running = null
  }

  async #store(edits: Edits): Promise<void> {
    this.#show({ phase: 'saving' })
    try {
      this.#stored(edits, await this.#send(edits))
    } catch (error) {
      if (error instanceof Clash) {
        this.#show({ clashing: [...this.#state.clashing, ...error.fields] })
        this.#stored(edits, error.sent)
        return
      }
      const isSilent = error instanceof Silence
      this.#show({ phase: isSilent ? 'silent' : 'refused', error })
      if (isSilent) this.#later(againMs)
      else if (!(error instanceof Problem)) throw error
    }
  }

  #free(edits: Edits): Edits {
    return Object.fromEntries(Object.entries(edits).filter(([name]) => !this.#state.clashing.includes(name)))
  }

  /** What was typed since it was sent waits again. */
  #stored(edits: Edits, sent: readonly string[]): void {
    const left = Object.fromEntries(
      Object.entries(this.#state.edits).filter(
        ([name, value]) => !(sent.includes(name) && edits[name] === value),
      ),
    )
    const isNewer = Object.entries(this.#free(left)).some(([name, value]) => edits[name] !== value)
    this.#show({ edits: left, phase: isNewer ? 'waiting' : 'saved', at: Date.now(), error: null })
    if (isNewer) this.#later(pauseMs)
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
