/**
 * The worker's half of process.ts: answers calls that come as frames on stdin, and dies with its parent.
 *
 * Imports nothing heavy, so that a worker is up quickly. Whatever a handler throws leaves as the class of the error alone:
 * the message of an engine may quote a value of a row.
 */
import { encodeFrames, FrameReader, type Message } from './frames.ts'

/** Parameters come from the house itself, which is trusted: a handler states what it gets. */
type Handler = (params: never) => unknown

export interface Service {
  /** Method name → handler. Calls run in the order of arrival, one after the other. */
  readonly methods: Readonly<Record<string, Handler>>
  /** Stops the work in hand soon; it is called when the deadline is over or the caller gave up. */
  readonly interrupt?: () => void
  /** How far the work in hand is, as numbers; asked twice a second. Undefined says nothing. */
  readonly progress?: () => Readonly<Record<string, number>> | undefined
  /** What the parent may know of the worker before the first call, such as the version of the engine. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
}

const CALL_BYTES = 1024 * 1024 * 1024
const TELL_MS = 500

/** Thrown by a handler to say why it failed in one word of ours, which the parent logs. */
export class WorkerFault extends Error {
  override readonly name = 'WorkerFault'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** `Binder Error: …` → `Binder Error`: the closed part of an engine's message. */
function classOf(error: unknown): string {
  if (error instanceof WorkerFault) return error.code
  if (!(error instanceof Error)) return 'unknown'
  return /^(?:[A-Z][A-Za-z-]* ){1,3}(?:Error|Exception)(?=:)/.exec(error.message)?.[0] ?? error.name
}

function send(message: Message): void {
  for (const bytes of encodeFrames(message)) process.stdout.write(bytes)
}

function isCall(body: unknown): body is { method: string; params: unknown } {
  return typeof body === 'object' && body !== null && 'method' in body && typeof body.method === 'string'
}

async function answer({ id, body }: Message, { methods }: Service): Promise<void> {
  try {
    if (!isCall(body) || !Object.hasOwn(methods, body.method)) throw new WorkerFault('UNKNOWN_METHOD')
    const result = await methods[body.method]?.(body.params as never)
    send({ kind: 'answer', id, body: result })
  } catch (error) {
    send({ kind: 'fault', id, body: { detail: classOf(error).slice(0, 80) } })
  }
}

function tell(id: number, { progress }: Service): NodeJS.Timeout | undefined {
  if (progress === undefined) return undefined
  return setInterval(() => {
    const body = progress()
    if (body !== undefined) send({ kind: 'progress', id, body })
  }, TELL_MS)
}

/** Starts answering. Returns at once; the process ends when its parent closes the pipe, however the parent ended. */
export function serve(service: Service): void {
  const reader = new FrameReader(CALL_BYTES)
  let last: Promise<void> = Promise.resolve()
  let current: number | undefined
  const run = async (message: Message) => {
    current = message.id
    const telling = tell(message.id, service)
    await answer(message, service)
    clearInterval(telling)
    current = undefined
  }
  process.stdin.on('data', (bytes: Buffer) => {
    for (const message of reader.push(bytes)) {
      if (message.kind !== 'interrupt') last = last.then(() => run(message))
      // One that comes too late must not hit the call after.
      else if (message.id === current) service.interrupt?.()
    }
  })
  process.stdin.on('end', () => process.exit(0))
  process.stdin.on('error', () => process.exit(0))
  process.stdout.on('error', () => process.exit(0))
  send({ kind: 'ready', id: 0, body: service.facts ?? {} })
}
