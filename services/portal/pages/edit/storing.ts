/** How what was typed is stored over what others, or another window, stored meanwhile: nothing of either is lost. */
import { Problem } from '../../problem.ts'
import { type HabilitationRequest, patchRequest } from '../../requests.ts'
import { Clash, type Edits } from './autosave.ts'

export interface Storing {
  /** What the page had when somebody began to type. */
  readonly read: HabilitationRequest
  /** Reads the request again. */
  readonly again: () => Promise<HabilitationRequest>
  /** What must be sent so that a request holds these edits. */
  readonly patchFor: (before: HabilitationRequest, edits: Edits) => Record<string, unknown>
  /** Whatever the house holds now: also of what then ends in a clash. */
  readonly onStored: (request: HabilitationRequest) => void
}

/** The names of the fields that were stored. Throws Clash, or the Problem of a refusal. */
export async function store(storing: Storing, edits: Edits): Promise<readonly string[]> {
  const { read, again, patchFor, onStored } = storing
  const asked = patchFor(read, edits)
  if (Object.keys(asked).length === 0) return []
  try {
    onStored(await stored(storing, asked))
    return Object.keys(asked)
  } catch (error) {
    if (!isOvertaken(error)) throw error
  }
  const latest = await again()
  onStored(latest)
  const clashing = Object.keys(asked).filter((name) => !isSame(read[name], latest[name]))
  const free = Object.entries(edits).filter(([name]) => !clashing.includes(name))
  const sent = await store({ ...storing, read: latest }, Object.fromEntries(free))
  if (clashing.length > 0) throw new Clash(clashing, sent)
  return sent
}

function isOvertaken(error: unknown): boolean {
  return error instanceof Problem && error.body.rule === 'change.revision'
}

/** Both came from the same API, which writes members in one order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** A field of an impossible form keeps no other from being stored; it is refused all the same. */
async function stored(
  { read, onStored }: Storing,
  asked: Record<string, unknown>,
): Promise<HabilitationRequest> {
  try {
    return await patchRequest(read, asked)
  } catch (error) {
    const faulty = error instanceof Problem ? (error.body.missing ?? []).map(({ path }) => rootOf(path)) : []
    const others = Object.entries(asked).filter(([name]) => !faulty.includes(name))
    if (faulty.length > 0 && others.length > 0) onStored(await patchRequest(read, Object.fromEntries(others)))
    throw error
  }
}

/** `lines[0].dataset` → `lines`. */
export function rootOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? ''
}
