/** The processes below one process, as /proc shows them: whom to kill, and whether somebody was left behind. */
import { readdir, readFile } from 'node:fs/promises'

export interface Seen {
  readonly pid: number
  readonly parent: number
  /** Ticks since boot: tells a process from a later one of the same number. */
  readonly start: string
  readonly isZombie: boolean
  readonly command: string
}

/** All processes of this machine that can be looked at. */
export async function processes(): Promise<readonly Seen[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = await Promise.all(names.map((name) => look(Number(name))))
  return all.filter((one) => one !== null)
}

/** Those below a process, children before their own children. */
export async function descendants(root: number): Promise<readonly Seen[]> {
  const all = await processes()
  const found: Seen[] = []
  for (let parents = [root]; parents.length > 0; ) {
    const next = all.filter(({ parent }) => parents.includes(parent))
    found.push(...next)
    parents = next.map(({ pid }) => pid)
  }
  return found
}

/** Of these, those that still run; one that is dead and not yet collected by its parent does not. */
export async function alive(seen: readonly Seen[]): Promise<readonly Seen[]> {
  const now = await Promise.all(seen.map(({ pid }) => look(pid)))
  return seen.filter(({ start }, i) => now[i]?.start === start && now[i]?.isZombie === false)
}

async function look(pid: number): Promise<Seen | null> {
  const [stat, command] = await Promise.all(
    ['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => null)),
  )
  if (stat === null || stat === undefined) return null
  // The name stands in brackets and may hold blanks (proc(5)).
  const [state = '', parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    parent: Number(parent),
    start: rest[17] ?? '',
    isZombie: state === 'Z',
    command: (command ?? '').replaceAll('\0', ' ').trim(),
  }
}
