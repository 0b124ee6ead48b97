/** What a log asks of a witness (C2SP tlog-witness), and what it makes of the answers. A witness may lie, hang or send rubbish. */
import { readLimited } from '../../kernel/limited-body.ts'
import { cosignedAt, textOf } from '../note.ts'
import { recordPath } from './record-path.ts'

/** A witness of the policy. */
export interface WitnessAddress {
  /** How the operator calls it; not the name of its key. */
  readonly name: string
  /** Its submission and monitoring prefix, without a slash at the end. */
  readonly url: string
  readonly vkey: string
}

/** Who is asked, and how many of them must cosign. */
export interface WitnessPolicy {
  readonly witnesses: readonly WitnessAddress[]
  readonly quorum: number
  /** After so many ms without a quorum no new query starts; never when it is null or left out. */
  readonly refuseAfterMs?: number | null
}

/** A log whose own key is all that speaks for it. */
export const noWitnesses: WitnessPolicy = { witnesses: [], quorum: 0 }

export interface Submission {
  /** Size that the witness is taken to know. */
  readonly old: number
  readonly proof: readonly Uint8Array[]
  readonly note: string
}

export type WitnessReply =
  | { readonly kind: 'cosigned'; readonly line: string; readonly time: number }
  /** It knows another size than the one named. */
  | { readonly kind: 'size'; readonly size: number }
  /** It answered what only another log, another key or a fork explains. */
  | { readonly kind: 'refused'; readonly status: number }
  /** No answer that could be read. */
  | { readonly kind: 'absent' }

const timeoutMs = 3_000
const replyLimit = 64 * 1024

/** Never rejects: a witness that does not answer is absent. */
export async function askWitness(
  { url, vkey }: WitnessAddress,
  { old, proof, note }: Submission,
): Promise<WitnessReply> {
  const lines = proof.map((hash) => Buffer.from(hash).toString('base64'))
  const body = [`old ${old}`, ...lines, '', note].join('\n')
  const answer = await call(`${url}/add-checkpoint`, { method: 'POST', body })
  if (answer?.status === 200) return readCosignature(answer.text, note, vkey)
  if (answer?.status === 409 && /^\d{1,15}\n$/.test(answer.text)) {
    return { kind: 'size', size: Number(answer.text) }
  }
  if (answer === undefined || answer.status >= 500) return { kind: 'absent' }
  return { kind: 'refused', status: answer.status }
}

/** Lines of other keys are passed over; a line in the name of the witness must be its signature. */
function readCosignature(text: string, note: string, vkey: string): WitnessReply {
  for (const line of text.split('\n')) {
    const time = cosignedAt(textOf(note), line, vkey)
    if (time !== undefined) return { kind: 'cosigned', line: `${line}\n`, time }
  }
  return { kind: 'absent' }
}

/** The note that the witness cosigned last for this origin; null when it knows none; undefined when it does not answer. */
export async function lastSeen({ url }: WitnessAddress, origin: string): Promise<string | null | undefined> {
  const answer = await call(`${url}/${recordPath(origin)}`, { method: 'GET' })
  if (answer?.status === 404) return null
  return answer?.status === 200 ? answer.text : undefined
}

async function call(
  url: string,
  request: { method: string; body?: string },
): Promise<{ status: number; text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, { ...request, redirect: 'error', signal })
    return { status: response.status, text: await readLimited(response, replyLimit) }
  } catch {
    return undefined
  }
}
