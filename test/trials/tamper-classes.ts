/**
 * Kinds of tampering, each in many seeded forms, put to the verifier with a policy of three witnesses. What a change is
 * called, and which entry is the first bad one, is part of the answer.
 */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noteKey, signNote, verifierKey } from '../../services/audit/note.ts'
import { decodeBundle, encodeBundle } from '../../services/audit/tiles.ts'
import { type Verdict, verifyLog } from '../../services/audit/verify/verify.ts'
import { fillLog, newPem, openHome } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'
import {
  copyLog,
  type Draft,
  makeOriginal,
  type Original,
  olderCheckpoint,
  relink,
  rewrite,
} from './forged-log.ts'

/** What the verdict must say: one of these classes, or a quorum that is missing; and the entry, where there is one. */
interface Expected {
  readonly classes: readonly (Verdict['class'] | 'stale')[]
  readonly seq?: number
  /** The reader has only what an earlier verification left, and no witnesses. */
  readonly hasStateOnly?: boolean
}

interface Scene {
  readonly original: Original
  /** Folder of the shard in the copy. */
  readonly shard: string
  /** A number from 0 to `count - 1`. */
  readonly pick: (count: number) => number
}

type Change = (scene: Scene) => Promise<Expected>

async function flip(path: string, pick: Scene['pick']): Promise<number> {
  const bytes = await readFile(path)
  const at = pick(bytes.length)
  await writeFile(path, bytes.with(at, (bytes[at] ?? 0) ^ (1 << pick(8))))
  return at
}

/** The file that holds the entries or hashes of the newest tree, among its passed partial forms. */
async function widest(
  shard: string,
  level: string,
  pick: Scene['pick'],
): Promise<{ path: string; first: number }> {
  const folder = join(shard, 'tile', level)
  const indexes = (await readdir(folder)).map((name) => name.slice(0, 3))
  const index = indexes[pick(indexes.length)] ?? '000'
  const first = Number(index) * 256
  if ((await stat(join(folder, index)).catch(() => null)) !== null)
    return { path: join(folder, index), first }
  const widths = (await readdir(join(folder, `${index}.p`))).map(Number)
  return { path: join(folder, `${index}.p`, String(Math.max(...widths))), first }
}

function seqAt(bundle: Buffer, at: number): number {
  let end = 0
  return decodeBundle(bundle).findIndex((entry) => {
    end += 2 + entry.length
    return at < end
  })
}

const onBundle =
  (change: (entries: Buffer[], at: number) => Buffer[]): Change =>
  async ({ shard, pick }) => {
    const { path, first } = await widest(shard, 'entries', pick)
    const entries = decodeBundle(await readFile(path))
    const at = pick(entries.length - 1)
    await writeFile(path, encodeBundle(change(entries, at)))
    return { classes: ['bundle'], seq: first + at }
  }

/** A rewrite with the key of the log: links, tiles, heads and checkpoint fit; what the entries say does not. */
const onEntries =
  (
    classes: Expected['classes'],
    change: (drafts: Draft[], pick: Scene['pick']) => number | undefined,
    { isLinked = false } = {},
  ): Change =>
  async ({ original, shard, pick }) => {
    const drafts = structuredClone([...original.drafts])
    const seq = change(drafts, pick)
    await rewrite(shard, isLinked ? drafts : relink(drafts), original.key)
    return { classes, ...(seq !== undefined && { seq }) }
  }

function among(drafts: readonly Draft[], pick: Scene['pick'], isWanted: (draft: Draft) => boolean): Draft {
  const wanted = drafts.filter(isWanted)
  const found = wanted[pick(wanted.length)]
  if (!found) throw new Error('the log has no such entry')
  return found
}

const member = (draft: Draft, name: string): Record<string, unknown> => Object(draft[name])

/** One more than the last number: those after it follow each other, so the gap is at this entry. */
function skip(name: 'actor' | 'project'): Change {
  return onEntries(['counter'], (drafts, pick) => {
    const draft = among(drafts, pick, (one) => one[name] !== undefined)
    const counted = member(draft, name)
    draft[name] = { ...counted, seq: Number(counted.seq) + 1 }
    return draft.seq
  })
}

/** Nothing but the words of one entry is another: everything else is made to fit. */
function reword(drafts: Draft[], pick: Scene['pick']): undefined {
  among(drafts, pick, ({ type }) => type === 'access.read').route = `GET /${pick(1000)}`
}

const changes: Readonly<Record<string, Change>> = {
  'bit of a bundle': async ({ shard, pick }) => {
    const { path, first } = await widest(shard, 'entries', pick)
    const before = await readFile(path)
    return { classes: ['bundle'], seq: first + seqAt(before, await flip(path, pick)) }
  },
  'bit of a leaf hash': async ({ shard, pick }) => {
    const { path, first } = await widest(shard, '0', pick)
    return { classes: ['bundle'], seq: first + Math.floor((await flip(path, pick)) / 32) }
  },
  'bit of an upper tile': async ({ shard, pick }) => {
    await flip((await widest(shard, '1', pick)).path, pick)
    return { classes: ['tile'] }
  },
  'bit of the checkpoint': async ({ shard, pick }) => {
    await flip(join(shard, 'checkpoint'), pick)
    return { classes: ['checkpoint'] }
  },
  'bit of a cosignature': async ({ shard, pick }) => {
    await flip(join(shard, 'cosigned'), pick)
    return { classes: ['checkpoint', 'witness', 'stale'] }
  },
  'bit of the heads': async ({ shard, pick }) => {
    await flip(join(shard, 'heads.json'), pick)
    return { classes: ['heads', 'missing', 'rollback'] }
  },
  'bit of a payload': async ({ shard, pick }) => {
    const folder = join(shard, 'payload/202603')
    const names = await readdir(folder)
    await flip(join(folder, names[pick(names.length)] ?? ''), pick)
    return { classes: ['payload'] }
  },
  delete: onBundle((entries, at) => entries.toSpliced(at, 1)),
  insert: onBundle((entries, at) => entries.toSpliced(at, 0, entries[at + 1] ?? Buffer.alloc(0))),
  swap: onBundle((entries, at) => {
    const [one, other] = entries.slice(at, at + 2)
    return one && other ? entries.with(at, other).with(at + 1, one) : entries
  }),
  truncate: async ({ shard, pick }) => {
    const { path, first } = await widest(shard, 'entries', pick)
    const bytes = await readFile(path)
    const at = pick(bytes.length)
    await writeFile(path, bytes.subarray(0, at))
    return { classes: ['bundle'], seq: first + seqAt(bytes, at) }
  },
  'an older checkpoint': async ({ original, shard, pick }) => {
    const size = pick(original.drafts.length)
    await writeFile(join(shard, 'checkpoint'), olderCheckpoint(original, size))
    return { classes: ['rollback'], seq: size }
  },
  'signed with another key': async ({ original, shard, pick }) => {
    const other = noteKey(original.key.name, newPem())
    const note = await readFile(join(shard, 'checkpoint'), 'utf8')
    await writeFile(join(shard, 'checkpoint'), signNote(note.slice(0, note.lastIndexOf('\n\n') + 1), other))
    if (pick(2) === 0) return { classes: ['checkpoint'] }
    await writeFile(join(shard, 'log.vkey'), `${verifierKey(other)}\n`)
    await rm(join(shard, 'cosigned'))
    return { classes: ['key'] }
  },
  'rewritten with the right key': async (scene) => {
    const expected = await onEntries(['rollback'], reword)(scene)
    if (scene.pick(2) === 0) return expected
    await rm(join(scene.shard, 'cosigned'))
    return { classes: ['stale'] }
  },
  'two views for two readers': async (scene) => {
    await onEntries(['rollback'], reword)(scene)
    await rm(join(scene.shard, 'cosigned'))
    return { classes: ['rollback'], hasStateOnly: true }
  },
  backdated: onEntries(['time'], (drafts, pick) => {
    const draft = among(drafts, pick, ({ seq }) => seq > 0)
    draft.ts = `2025-12-31T23:59:${String(pick(60)).padStart(2, '0')}.000Z`
    return draft.seq
  }),
  'a release without its intent': onEntries(['pairing'], (drafts, pick) => {
    const draft = among(drafts, pick, ({ type }) => type === 'query.release')
    draft.query = 'another'
    return draft.seq
  }),
  'two ends of one intent': onEntries(['pairing'], (drafts, pick) => {
    const draft = among(drafts, pick, ({ type, seq }) => type === 'query.release' && seq > 20)
    const former = among(drafts, pick, ({ type, seq }) => type === 'query.release' && seq < draft.seq)
    Object.assign(draft, { of: former.of, query: former.query })
    return draft.seq
  }),
  'a gap in a project': skip('project'),
  'a gap of an actor': skip('actor'),
  'a gap of a data holder': onEntries(['counter'], (drafts, pick) => {
    const draft = among(drafts, pick, ({ holders }) => holders !== undefined)
    draft.holders = [{ id: 'chu-rouen', seq: 1_000_000 + pick(1000) }]
    return draft.seq
  }),
  'a broken chain': onEntries(
    ['counter'],
    (drafts, pick) => {
      const draft = among(drafts, pick, ({ project }) => project !== undefined)
      draft.project = { ...member(draft, 'project'), prev: 'f'.repeat(64) }
      return draft.seq
    },
    { isLinked: true },
  ),
  'an entry of an unknown shape': onEntries(['entry'], (drafts, pick) => {
    const draft = among(drafts, pick, ({ seq }) => seq > 0)
    draft[['sql', 'name', 'email'][pick(3)] ?? ''] = 'x'
    return draft.seq
  }),
  'a shard renumbered': async ({ shard, pick }) => {
    await rename(shard, join(shard, '..', String(2000 + pick(26))))
    return { classes: ['shard'] }
  },
  'a witness line removed': async ({ shard, pick }) => {
    const path = join(shard, 'cosigned')
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, lines.toSpliced(5 + pick(3), 1).join('\n'))
    return { classes: ['stale'] }
  },
  'a payload of another entry': async (scene) => {
    await rm(join(scene.shard, 'cosigned'))
    return onEntries(['payload'], (drafts, pick) => {
      const draft = among(drafts, pick, ({ sealed }) => sealed !== undefined)
      draft.sealed = {
        ...member(draft, 'sealed'),
        id: pick(2 ** 31)
          .toString(16)
          .padStart(64, '0'),
      }
      return draft.seq
    })(scene)
  },
}

export interface ClassFigures {
  readonly tried: number
  readonly detected: number
  /** The verdict has one of the expected classes, and the entry where one is expected. */
  readonly named: number
  /** What came instead, a few of them. */
  readonly astray: readonly string[]
}

async function tryChange(
  original: Original,
  change: Change,
  { dir, pick }: { dir: string; pick: Scene['pick'] },
) {
  const shard = await copyLog(original, dir)
  const expected = await change({ original, shard, pick })
  const known = expected.hasStateOnly ? { since: original.state } : { policy: original.policy }
  const verdict = await verifyLog({ dir, now: original.now, ...known })
  const found = verdict.class ?? verdict.status
  const isNamed = expected.classes.some((one) => one === found)
  const isPlaced = expected.seq === undefined || verdict.firstBadSeq === expected.seq
  const what = `${found} ${verdict.firstBadSeq ?? '-'} for ${expected.classes.join('|')} ${expected.seq ?? '-'}`
  return { isDetected: verdict.exitCode === 1 || verdict.exitCode === 2, isNamed: isNamed && isPlaced, what }
}

/** `each` mutants of every class. */
export async function tamperClasses(seed: number, each: number): Promise<Record<string, ClassFigures>> {
  const random = seeded(seed)
  const pick = (count: number) => Math.floor(random() * count)
  const original = await makeOriginal(100)
  const dir = `${original.home}-mutant`
  const figures: Record<string, ClassFigures> = {}
  try {
    for (const [name, change] of Object.entries(changes)) {
      const results: Awaited<ReturnType<typeof tryChange>>[] = []
      for (let at = 0; at < each; at += 1) results.push(await tryChange(original, change, { dir, pick }))
      figures[name] = {
        tried: each,
        detected: results.filter(({ isDetected }) => isDetected).length,
        named: results.filter(({ isNamed }) => isNamed).length,
        astray: results
          .filter(({ isNamed }) => !isNamed)
          .map(({ what }) => what)
          .slice(0, 3),
      }
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
    await original.remove()
  }
  return figures
}

/** Logs that nobody touched, over days and years, restarted or not; gives what the verifier says of those it rejects. */
export async function falseAlarms(seed: number, logs: number): Promise<string[]> {
  const random = seeded(seed)
  const alarms: string[] = []
  for (let at = 0; at < logs; at += 1) {
    const test = await openHome()
    const steps = 1 + Math.floor(random() * 3)
    for (let step = 0; step < steps; step += 1) {
      const audit = await test.open()
      await fillLog(audit, Math.floor(random() * 20))
      if (random() < 0.5) await audit.checkpoint()
      test.clock.set(new Date(test.clock.now() + random() * 200 * 86_400_000).toISOString())
      await fillLog(audit, Math.floor(random() * 10))
      await audit.close()
    }
    const verdict = await verifyLog({ dir: join(test.home, 'audit') })
    if (verdict.status !== 'intact') alarms.push(verdict.message)
    await test.remove()
  }
  return alarms
}
