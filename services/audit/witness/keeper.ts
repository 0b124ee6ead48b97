/**
 * What a witness remembers and signs (C2SP tlog-witness): for each log the largest checkpoint that it saw grow from all it saw
 * before. It believes nobody: proofs and notes are checked by the verifier's own code.
 */
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { makeFolder, readIfPresent, replaceFile } from '../files.ts'
import { cosign, type NoteKey } from '../note.ts'
import { checkConsistency, sha256 } from '../verify/merkle.ts'
import {
  type Checkpoint,
  decodeBase64,
  isSigned,
  type Note,
  parseCheckpoint,
  readNote,
  type VerifierKey,
} from '../verify/note.ts'
import { recordPath } from './record-path.ts'

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  /** Signature lines for 200, the recorded size for 409, else empty. */
  readonly body: string
}

export interface KeeperNeeds {
  /** Where the record of each log lies. */
  readonly home: string
  readonly key: NoteKey
  /** Keys of the logs that this witness watches; their names are the origins. */
  readonly logs: readonly VerifierKey[]
  readonly clock: Clock
}

interface Submitted {
  readonly old: number
  readonly proof: readonly Buffer[]
  readonly note: Note
}

const mostProofLines = 63
const emptyRoot = sha256('')

export class Keeper {
  readonly #needs: KeeperNeeds
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(needs: KeeperNeeds) {
    this.#needs = needs
  }

  /** The last checkpoint that was cosigned for the log whose record has this path; null when there is none. */
  record(path: string): Promise<Buffer | null> {
    const isKnown = this.#needs.logs.some(({ name }) => recordPath(name) === path)
    return isKnown ? readIfPresent(join(this.#needs.home, path)) : Promise.resolve(null)
  }

  /**
   * Judges an add-checkpoint request. When it answers 200 the new record is on disk, and no earlier size will ever be
   * cosigned again. Rejects when the disk fails: then nothing was signed.
   */
  async add(body: Uint8Array): Promise<WitnessAnswer> {
    const submitted = readSubmitted(body)
    if (!submitted) return answer(400)
    const origin = submitted.note.text.slice(0, submitted.note.text.indexOf('\n'))
    const key = this.#needs.logs.find(({ name }) => name === origin)
    if (!key) return answer(404)
    if (!isSigned(submitted.note, key)) return answer(403)
    const checkpoint = parseCheckpoint(submitted.note.text, origin)
    if (!checkpoint || submitted.old > checkpoint.size) return answer(400)
    // Comparing and storing are one step: two requests for one log never overlap.
    const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(() => this.#judge(submitted, checkpoint))
    this.#turns.set(
      origin,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #judge({ old, proof, note }: Submitted, checkpoint: Checkpoint): Promise<WitnessAnswer> {
    const seen = await this.#seen(checkpoint.origin)
    if (old !== (seen?.size ?? 0)) return answer(409, `${seen?.size ?? 0}\n`)
    if (seen && seen.size === checkpoint.size && !seen.root.equals(checkpoint.root)) {
      return answer(409, `${seen.size}\n`)
    }
    if (!goesOn(seen, checkpoint, proof)) return answer(422)
    const line = cosign(note.text, this.#needs.key, Math.floor(this.#needs.clock.now() / 1000))
    await this.#store(checkpoint.origin, note, line)
    return answer(200, line)
  }

  async #seen(origin: string): Promise<Checkpoint | undefined> {
    const bytes = await readIfPresent(join(this.#needs.home, recordPath(origin)))
    if (!bytes) return undefined
    const note = readNote(bytes)
    const seen = note && parseCheckpoint(note.text, origin)
    // To begin again would be to forget: a record that cannot be read is for the operator.
    if (!seen) throw new Error('the record of a log cannot be read')
    return seen
  }

  async #store(origin: string, { text, signatures }: Note, line: string): Promise<void> {
    const key = this.#needs.logs.find(({ name }) => name === origin)
    const own = signatures
      .filter(({ name, id }) => name === key?.name && id === key.id)
      .map(({ name, id, bytes }) => {
        const blob = Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')
        return `— ${name} ${blob}\n`
      })
    const path = join(this.#needs.home, recordPath(origin))
    await makeFolder(join(path, '..'))
    await replaceFile(path, `${text}\n${own.join('')}${line}`)
  }
}

function answer(status: WitnessAnswer['status'], body = ''): WitnessAnswer {
  return { status, body }
}

/** Whether the new tree begins with the one seen before; of a log never seen, whatever it says is the beginning. */
function goesOn(seen: Checkpoint | undefined, next: Checkpoint, proof: readonly Buffer[]): boolean {
  if (next.size === 0 && !next.root.equals(emptyRoot)) return false
  if (!seen || seen.size === 0) return proof.length === 0
  return checkConsistency(seen, next, proof)
}

/** The request of tlog-witness: old size, proof, empty line, checkpoint; undefined when it is not one. */
function readSubmitted(body: Uint8Array): Submitted | undefined {
  const text = Buffer.from(body).toString()
  const end = text.indexOf('\n\n')
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\n')
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? []
  const proof = lines.map(decodeBase64).filter((one) => one?.length === 32)
  const note = readNote(Buffer.from(text.slice(end + 2)))
  const isWhole = old !== undefined && proof.length === lines.length && lines.length <= mostProofLines
  return isWhole && note
    ? { old: Number(old), proof: proof.filter((one) => one !== undefined), note }
    : undefined
}
