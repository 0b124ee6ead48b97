/** The clients of a node side by side; they rest while there is none, and go on when it is back. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Client, type Round, rounds } from './clients.ts'

export class Load {
  readonly #client: Client
  #isOn = false
  #isOver = false
  #turn: { readonly promise: Promise<void>; readonly go: () => void } = turn()
  #acting = 0
  readonly #all: Promise<unknown>
  /** What a round threw that is no call that broke off. */
  readonly faults: string[] = []

  constructor(client: Client) {
    this.#client = client
    this.#all = Promise.all(rounds.map((round) => this.#act(round)))
  }

  on(): void {
    this.#isOn = true
    this.#turn.go()
  }

  /** Begins no round any more, and waits until those in hand have ended; the node is gone, or answers. */
  async off(): Promise<void> {
    this.#isOn = false
    this.#turn = turn()
    while (this.#acting > 0) await wait(5)
  }

  async end(): Promise<void> {
    this.#isOver = true
    this.#turn.go()
    await this.#all
  }

  async #act(round: Round): Promise<void> {
    while (!this.#isOver) {
      if (!this.#isOn) {
        await this.#turn.promise
        continue
      }
      this.#acting += 1
      try {
        await round(this.#client)
      } catch (error) {
        // A call that broke off: the node was killed. Whatever else is thrown is a fault of this trial or of an answer.
        if (!isBroken(error)) this.faults.push(`${round.name}: ${String(error)}`)
        await wait(20)
      } finally {
        this.#acting -= 1
      }
    }
  }
}

function turn() {
  let go = () => {}
  const promise = new Promise<void>((resolve) => {
    go = resolve
  })
  return { promise, go }
}

/** fetch says `fetch failed`, or `terminated` where a body was cut; jest has another TypeError than fetch. */
function isBroken(error: unknown): boolean {
  return /^TypeError: (?:fetch failed|terminated)/.test(String(error))
}
