import type { Actor, Receipt } from '../kernel/id.ts'
import { type Code, Refusal } from '../kernel/refusal.ts'
import type { Body } from './entry.ts'

/** Where and how someone came in. `level` is the assurance of the session (security.md 5.2). */
export interface By extends Actor {
  readonly level: 0 | 1 | 2 | 3
  readonly door: 'http' | 'pg' | 'cli' | 'node' | 'system'
  /** Hash of the session or token, so that two acts of one session can be told to be so; never the token. */
  readonly session?: string
}

/** What an entry is about. The writer turns the person into a keyed pseudonym and numbers project, actor and holders. */
export interface About {
  readonly by?: By
  readonly project?: string
  /** Data holders whose data the entry touches. */
  readonly holders?: readonly string[]
  /**
   * What must be kept but must be erasable: SQL text with its literals, parameters, reasons, the input of a decision.
   * Encrypted beside the log; the entry carries a salted commitment only. At most 256 KiB of JSON.
   */
  readonly sealed?: unknown
}

/** The evidence log, as the use-cases see it. */
export interface Audit {
  /** The origin of the current shard, `<host>/audit/<year>`; fixed at first start. */
  readonly origin: string
  /**
   * Adds one entry. When it resolves the entry is on disk and will be in the next checkpoint; concurrent calls get
   * increasing `seq`. Rejects with UNAVAILABLE: then nothing may run and nothing may be answered.
   */
  append(body: Body, about: About): Promise<Receipt>
}

/** One durable entry, with what a search index needs and the log itself does not hold (the person). */
export interface Indexed {
  readonly shard: string
  readonly seq: number
  /** ISO 8601, UTC, milliseconds. */
  readonly ts: string
  /** Hexadecimal RFC 6962 leaf hash. */
  readonly leaf: string
  readonly body: Body
  readonly actor?: Actor & { readonly ps: string }
  /** How the actor came in: by which door, with which session (its hash) or personal token (`token:` and its id). */
  readonly came?: { readonly door: By['door']; readonly session: string }
  readonly project?: string
  readonly holders?: readonly string[]
  /** Its numbers in the gap-free counts of its project and of its actor. */
  /** Whether something was sealed with it, erased or not. */
  readonly isSealed: boolean
  readonly numbers: { readonly project?: number; readonly actor?: number }
}

/** Writes entries of one use-case, all about the same thing. */
export type Recorder = (body: Body, sealed?: unknown) => Promise<Receipt>

/** How a use-case ends when it does not end well: the entry to write for a refusal and for a bug. */
export interface Endings {
  refused(code: Code, rule: string | undefined): Body
  failed(): Body
  /**
   * What had begun when a part went away (UNAVAILABLE): the log may still take its end. Where this is left out, or answers nothing,
   * nothing is written, for nothing was done.
   */
  unavailable?(rule: string | undefined): Body | undefined
}

const receipts = new WeakMap<Refusal, Receipt>()

/** The receipt of the entry that recorded this refusal, when one was written. */
export function receiptOf(refusal: Refusal): Receipt | undefined {
  return receipts.get(refusal)
}

/** Ties a refusal to the entry that recorded it. */
export function attachReceipt(refusal: Refusal, receipt: Receipt): void {
  receipts.set(refusal, receipt)
}

/**
 * Runs a use-case so that, however it ends, the log says so: a Refusal is recorded with its code before it travels on, any
 * other error as a failure. If the log itself cannot be written the caller sees UNAVAILABLE, never the first error.
 */
export async function onRecord<T>(
  audit: Audit,
  { about, endings }: { about: About; endings: Endings },
  run: (record: Recorder) => Promise<T>,
): Promise<T> {
  const record: Recorder = (body, sealed) =>
    audit.append(body, sealed === undefined ? about : { ...about, sealed })
  try {
    return await run(record)
  } catch (error) {
    if (error instanceof Refusal) {
      const { code, facts } = error
      if (code === 'UNAVAILABLE') await recordCut(record, endings.unavailable?.(facts.rule))
      else if (!receipts.has(error)) receipts.set(error, await record(endings.refused(code, facts.rule)))
      throw error
    }
    await record(endings.failed())
    throw error
  }
}

/** Where the log itself is what went away, the next start writes the end. */
async function recordCut(record: Recorder, body: Body | undefined): Promise<void> {
  if (body !== undefined) await record(body).catch(() => undefined)
}

/** `onRecord` for a call by nobody yet, such as a way in or out: `route` is how the log names it. */
export function onRecordAtDoor<T>(audit: Audit, route: string, run: () => Promise<T>): Promise<T> {
  const endings: Endings = {
    refused: (code, rule) => ({ type: 'auth.refused', code, route, ...(rule !== undefined && { rule }) }),
    failed: () => ({ type: 'access.failed', route }),
  }
  return onRecord(audit, { about: {}, endings }, run)
}
