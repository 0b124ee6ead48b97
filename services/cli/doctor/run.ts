/** Looks at everything within a bounded time, whatever hangs, and tells it in order. */
import { afterArrivals } from '../../kernel/arrivals.ts'
import { type About, both, type Check, type Finding, worth, wrong } from './check.ts'

export interface Looked {
  readonly name: string
  readonly finding: Finding
  readonly ms: number
}

export interface Running {
  /** Of one check, in ms. */
  readonly limitMs: number
  /** Of all of them: what has not begun by then is not looked at any more. */
  readonly totalMs: number
  /** Told in the order of the list, each as soon as all before it are known. */
  readonly onLooked: (looked: Looked) => void
  /** Told of a check that takes longer than somebody waits without a word, `slowMs`. */
  readonly onSlow: (name: string) => void
  readonly slowMs: number
}

const lanes = 4

export async function runChecks(
  checks: readonly Check[],
  about: About,
  running: Running,
): Promise<readonly Looked[]> {
  const found: (Looked | undefined)[] = checks.map(() => undefined)
  const begun = performance.now()
  let [next, told] = [0, 0]
  async function lane(): Promise<void> {
    for (;;) {
      const at = next
      const check = checks[at]
      if (check === undefined) return
      next += 1
      const left = running.totalMs - (performance.now() - begun)
      found[at] = await lookWithin(check, about, { ...running, limitMs: Math.min(running.limitMs, left) })
      for (let one = found[told]; one !== undefined; one = found[told]) {
        running.onLooked(one)
        told += 1
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return found.filter((one) => one !== undefined)
}

async function lookWithin(check: Check, about: About, { limitMs, slowMs, onSlow }: Running): Promise<Looked> {
  const { name } = check
  if (limitMs <= 0) return { name, finding: notBegun, ms: 0 }
  const begun = performance.now()
  const slow = setTimeout(() => onSlow(name), slowMs)
  const timer = new AbortController()
  const late = afterwards(limitMs, timer.signal).then(() => lateOf(check, limitMs))
  try {
    const finding = await Promise.race([check.look(about).catch(failed), late])
    return { name, finding, ms: Math.round(performance.now() - begun) }
  } finally {
    clearTimeout(slow)
    timer.abort()
  }
}

const again = both('relancez huisclos doctor', 'run huisclos doctor again')
const notBegun = worth(both('pas regardé : plus de temps', 'not looked at: no time left'), again)

/** A look that ends by an error says as little of what it wanted to know as one that does not end. */
function failed(error: unknown): Finding {
  const word = error instanceof Error ? error.name : typeof error
  return wrong(
    both(`n’a pas pu être regardé (${word})`, `could not be looked at (${word})`),
    both('npm ci, puis relancez huisclos doctor', 'npm ci, then run huisclos doctor again'),
  )
}

function lateOf({ isHeavy }: Check, ms: number): Finding {
  const seconds = (ms / 1000).toFixed(0)
  if (isHeavy) return worth(both(`pas fini en ${seconds} s`, `not done within ${seconds} s`), again)
  return wrong(
    both(`ne répond pas en ${seconds} s`, `no answer within ${seconds} s`),
    both(
      'ce qui est nommé ici bloque : disque, réseau ou base ; relancez huisclos doctor',
      'what is named here hangs: disk, network or database; run huisclos doctor again',
    ),
  )
}

/** Settles when the time is over; never when the signal is aborted before. */
function afterwards(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // What came while this process was busy has come in time.
    const timer = setTimeout(() => afterArrivals(resolve), ms)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}
