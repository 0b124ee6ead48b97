/** Thousands of calls made from the OpenAPI document that a house serves, spoiled by a seed, as each account of it. */
import { dice, mixed } from '../property/seed.ts'
import { mutated, type Shot, soundShot } from './mutations.ts'
import { canary } from './naughty.ts'
import { type Document, type Operation, operationsOf } from './operations.ts'
import type { Known } from './values.ts'
import { fire, type Heard } from './wire.ts'

/** An account: its bearer token, and which calls of the document its roles admit it to. */
export interface Caller {
  readonly token: string
  mayCall(name: string): boolean
}

export interface Fuzzing {
  readonly port: number
  readonly seed: number
  readonly from?: number
  readonly count: number
  readonly callers: readonly Caller[]
  readonly known: Known
  readonly say?: (line: string) => void
}

export interface Fuzzed {
  readonly calls: number
  /** How many answers of each status; 0 where the connection was closed without one. */
  readonly statuses: Readonly<Record<string, number>>
  /** Calls of the document that were answered 2xx at least once, and how many there are. */
  readonly reached: readonly string[]
  readonly operations: number
  readonly slowestMs: number
  /** Calls that took longer than a second, by number and call: told, and no fault, as a busy machine makes them. */
  readonly slow: readonly string[]
  /** What may not be, by number and call. */
  readonly faults: readonly string[]
}

const lanes = 6
const slowMs = 1000

export async function fuzz(fuzzing: Fuzzing): Promise<Fuzzed> {
  const { port, count, from = 0, say = () => {} } = fuzzing
  const document = await documentOf(port)
  const operations = operationsOf(document)
  const tally = openTally()
  let next = from
  async function lane(): Promise<void> {
    while (next < from + count) {
      const number = next++
      const { shot, operation } = shotOf(fuzzing, { document, operations, number })
      tally.add(operation, `${number} ${shot.method} ${operation.path}`, await fire(port, shot))
      if ((number + 1) % 1000 === 0) say(`${number + 1} calls, ${tally.faults.length} faults`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { calls: count, ...tally.figures(operations.length) }
}

function openTally() {
  const statuses: Record<string, number> = {}
  const reached = new Set<string>()
  const slow: string[] = []
  const faults: string[] = []
  let slowestMs = 0
  return {
    faults,
    add(operation: Operation, name: string, heard: Heard): void {
      const { status, ms } = heard
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status >= 200 && status < 300) reached.add(`${operation.method} ${operation.path}`)
      slowestMs = Math.max(slowestMs, Math.round(ms))
      if (ms > slowMs) slow.push(`${name} ${Math.round(ms)} ms`)
      faults.push(...faultsOf(heard).map((fault) => `${name}: ${fault}`))
    },
    figures: (operations: number): Omit<Fuzzed, 'calls'> => ({
      ...{ statuses, slowestMs, slow, faults },
      ...{ reached: [...reached], operations },
    }),
  }
}

interface Choosing {
  readonly document: Document
  readonly operations: readonly Operation[]
  readonly number: number
}

/** The call of a number: the same for the same seed, whatever was called before. */
function shotOf({ seed, callers, known }: Fuzzing, { document, operations, number }: Choosing) {
  const chosen = dice(mixed(seed, number))
  const operation = chosen.pick(operations)
  const sound = soundShot({ document, dice: chosen, known }, operation)
  const admitted = callers.filter((one) => one.mayCall(`${operation.method} ${operation.path}`))
  // Who is refused for the role gets no further: a few of these are enough.
  const { token } = chosen.pick(chosen.chance(0.85) && admitted.length > 0 ? admitted : callers)
  const authorization = chosen.chance(0.97) ? { authorization: `Bearer ${token}` } : {}
  const shot: Shot = mutated({ ...sound, headers: { ...sound.headers, ...authorization } }, chosen)
  return { shot, operation }
}

/** Frames of a stack, names of our files, and texts of a database or a parser: none of them is for outside. */
const telling =
  /^\s+at .+:\d+:\d+|node_modules|services\/[a-z]+\/|\bSQLSTATE\b|\bENOENT\b|Unexpected token|invalid input syntax/m

function faultsOf({ status, text, isSilent }: Heard): readonly string[] {
  const isDeclared = status === 503 && text.includes('"code":"UNAVAILABLE"')
  return [
    ...(isSilent ? ['no answer'] : []),
    ...(status >= 500 && !isDeclared ? [`status ${status}`] : []),
    ...(telling.test(text) ? [`it tells ${telling.exec(text)?.[0]}`] : []),
    ...(status >= 400 && said(text).includes(canary) ? [`a refusal repeats ${excerptOf(text)}`] : []),
  ]
}

/** All but the names of members that nobody knows: the caller is told which they are. */
const said = (text: string) => text.replaceAll(/(Clés? non reconnues?|Unrecognized keys?)[^}]*\}/g, '')

/** The canary with what stands around it. */
function excerptOf(text: string): string {
  const at = text.indexOf(canary)
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + 40))
}

async function documentOf(port: number): Promise<Document> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/openapi.json`)
  return (await answer.json()) as Document
}
