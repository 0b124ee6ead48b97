/** Who must have cosigned: the trust policy of C2SP tlog-policy, as a text that a DPO keeps. */
import { type Note, parseVerifierKey, readCosignatures, type VerifierKey } from './note.ts'

/** A witness or a group of them: whether those who cosigned are enough. */
type Member = (cosigned: ReadonlySet<VerifierKey>) => boolean

export interface Policy {
  /** Logs that are accepted, by origin; none means that any log is. */
  readonly logs: ReadonlyMap<string, VerifierKey>
  /** Whether any cosignature is asked for. */
  readonly hasQuorum: boolean
  /**
   * The latest time (POSIX seconds) at which enough witnesses had cosigned the note; undefined when they never did; `false`
   * when a line in the name of one of them is not its signature.
   */
  cosignedAt(note: Note): number | undefined | false
}

/** Asks for nobody: what is said then rests on the key of the log alone. */
export const noPolicy: Policy = { logs: new Map(), hasQuorum: false, cosignedAt: () => undefined }

interface Draft {
  readonly logs: Map<string, VerifierKey>
  readonly witnesses: VerifierKey[]
  readonly members: Map<string, Member>
  /** Names that are a member of some group already. */
  readonly used: Set<string>
  quorum: Member | 'none' | undefined
}

/** undefined when the text is not a policy. */
export function parsePolicy(text: string): Policy | undefined {
  const draft: Draft = {
    logs: new Map(),
    witnesses: [],
    members: new Map(),
    used: new Set(),
    quorum: undefined,
  }
  const lines = text.split('\n').map((line) => line.split(/[ \t]+/).filter((word) => word !== ''))
  const isRead = lines.every((words) => words.length === 0 || words[0]?.startsWith('#') || add(draft, words))
  const { logs, quorum, witnesses } = draft
  if (!isRead || quorum === undefined) return undefined
  if (quorum === 'none') return { ...noPolicy, logs }
  return { logs, hasQuorum: true, cosignedAt: (note) => timeOf(note, { witnesses, quorum }) }
}

function add(draft: Draft, [what, ...words]: readonly string[]): boolean {
  switch (what) {
    case 'log':
      return addLog(draft, words)
    case 'witness':
      return addWitness(draft, words)
    case 'group':
      return addGroup(draft, words)
    case 'quorum':
      return setQuorum(draft, words)
    default:
      return false
  }
}

function addLog({ logs }: Draft, [vkey = '', ...rest]: readonly string[]): boolean {
  const key = parseVerifierKey(vkey)
  if (!key || rest.length > 1 || isKnown([...logs.values()], key)) return false
  logs.set(key.name, key)
  return true
}

function addWitness(
  { witnesses, members }: Draft,
  [name = '', vkey = '', ...rest]: readonly string[],
): boolean {
  const key = parseVerifierKey(vkey, 'witness')
  if (!key || rest.length > 1 || !isNew(members, name) || isKnown(witnesses, key)) return false
  witnesses.push(key)
  members.set(name, (cosigned) => cosigned.has(key))
  return true
}

function addGroup(
  { members, used }: Draft,
  [name = '', threshold = '', ...names]: readonly string[],
): boolean {
  const found = names.map((member) => members.get(member)).filter((member) => member !== undefined)
  const isUnused = names.every((member) => !used.has(member)) && new Set(names).size === names.length
  const wanted = thresholdOf(threshold, names.length)
  if (found.length !== names.length || !isUnused || !isNew(members, name) || wanted === undefined)
    return false
  for (const member of names) used.add(member)
  members.set(name, (cosigned) => found.filter((member) => member(cosigned)).length >= wanted)
  return true
}

function thresholdOf(text: string, count: number): number | undefined {
  if (text === 'all' || text === 'any') return count > 0 ? { all: count, any: 1 }[text] : undefined
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= count ? Number(text) : undefined
}

function setQuorum(draft: Draft, [name = '', ...rest]: readonly string[]): boolean {
  const member = name === 'none' ? name : draft.members.get(name)
  if (draft.quorum !== undefined || member === undefined || rest.length > 0) return false
  draft.quorum = member
  return true
}

function isNew(members: ReadonlyMap<string, Member>, name: string): boolean {
  return name !== '' && name !== 'none' && !members.has(name)
}

/** Two texts with one key inside are one key: a single owner would count twice. */
function isKnown(keys: readonly VerifierKey[], key: VerifierKey): boolean {
  return keys.some(({ name, publicKey }) => name === key.name || publicKey.equals(key.publicKey))
}

function timeOf(
  note: Note,
  { witnesses, quorum }: { witnesses: readonly VerifierKey[]; quorum: Member },
): number | undefined | false {
  const cosignatures = readCosignatures(note, witnesses)
  if (!cosignatures) return false
  const cosigned = new Set<VerifierKey>()
  for (const { key, time } of cosignatures.toSorted((a, b) => b.time - a.time)) {
    cosigned.add(key)
    if (quorum(cosigned)) return time
  }
  return undefined
}
