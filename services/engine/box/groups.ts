/**
 * A control group for each worker (cgroup v2, security.md 6.3), where the group of the house was handed to it whole, as systemd does
 * with `Delegate=`. The limits of the process hold without it; with it the kernel counts what those do not see: pages of files, its own
 * memory, all threads together.
 */
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

interface Bounds {
  /** Most that may lie in memory; undefined for a worker that writes to the clear area, for what it writes there counts as its own. */
  readonly memoryBytes: number | undefined
}

export interface Group {
  readonly folder: string
  /** Ends whoever is left in it and removes it. */
  end(): Promise<void>
}

export interface Groups {
  /** Rejects where the kernel takes a bound for none. */
  make(bounds: Bounds): Promise<Group>
}

/** The kernel's files, and who we are; a test gives others. */
export interface Kernel {
  readonly root: string
  readonly pid: number
}

const controllers = ['cpu', 'memory', 'pids']
/** Where the house itself goes: a group that hands out controllers has no process of its own. */
const ownGroup = 'house'
const boxGroup = /^box-\d+-\d+$/
const mostThreads = 512
const periodUs = 100_000

/** Undefined where no group was handed to us: version 1, a container's or a session's group that others are in, missing controllers. */
export async function openGroups(
  kernel: Kernel = { root: '/', pid: process.pid },
): Promise<Groups | undefined> {
  try {
    const base = await baseOf(kernel)
    if (base === undefined) return undefined
    await moveHouse(kernel, base)
    await writeFile(join(base, 'cgroup.subtree_control'), controllers.map((one) => `+${one}`).join(' '))
    for (const name of await readdir(base)) if (boxGroup.test(name)) await endGroup(join(base, name))
    return groupsIn(base, kernel.pid)
  } catch {
    // What the kernel refuses was not handed to us.
    return undefined
  }
}

/** The group that was handed to us: ours, or the one above where we have moved already. */
async function baseOf({ root, pid }: Kernel): Promise<string | undefined> {
  const path = /^0::(\/.+)$/m.exec(await readFile(join(root, 'proc/self/cgroup'), 'latin1'))?.[1]
  if (path === undefined || path.includes('/..')) return undefined
  const own = join(root, 'sys/fs/cgroup', path)
  const base = basename(own) === ownGroup ? dirname(own) : own
  const given = (await readFile(join(base, 'cgroup.controllers'), 'latin1')).split(/\s+/)
  if (!controllers.every((one) => given.includes(one))) return undefined
  const strangers = await Promise.all((await pidsIn(base)).map((one) => isStranger({ root, pid }, one)))
  return strangers.includes(true) ? undefined : base
}

async function pidsIn(folder: string): Promise<readonly number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'latin1')
  return text.split('\n').filter(Boolean).map(Number)
}

/** Neither this process nor one that came of it: its group is not ours to arrange. One that is gone is nobody. */
async function isStranger({ root, pid }: Kernel, other: number): Promise<boolean> {
  for (let one = other; one !== pid; ) {
    const stat = await readFile(join(root, 'proc', String(one), 'stat'), 'latin1').catch(() => undefined)
    if (stat === undefined) return false
    // The name, in brackets, may hold anything.
    one = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (!(one > 1) && one !== pid) return true
  }
  return false
}

/** One by one, as the kernel takes them; whoever was born meanwhile comes in the next round. */
async function moveHouse({ pid }: Kernel, base: string): Promise<void> {
  const own = join(base, ownGroup)
  await mkdir(own, { recursive: true })
  for (let round = 0; round < 5; round++) {
    const left = await pidsIn(base)
    if (left.length === 0) return
    // The house first: what it starts from then on is in its group.
    for (const one of [...left].sort((a, b) => Number(b === pid) - Number(a === pid)))
      await writeFile(join(own, 'cgroup.procs'), String(one)).catch(goneIsMoved)
  }
}

function goneIsMoved(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ESRCH') throw error
}

function groupsIn(base: string, pid: number): Groups {
  let made = 0
  return {
    async make(bounds) {
      made += 1
      const folder = join(base, `box-${pid}-${made}`)
      await mkdir(folder)
      try {
        for (const [file, value] of filesOf(bounds)) await writeFile(join(folder, file), value)
        // Absent where the kernel does not count swap.
        const swap = join(folder, 'memory.swap.max')
        if (await exists(swap)) await writeFile(swap, '0')
      } catch (error) {
        await endGroup(folder)
        throw error
      }
      return { folder, end: () => endGroup(folder) }
    },
  }
}

function filesOf({ memoryBytes }: Bounds): readonly (readonly [string, string])[] {
  // Half a processor is left to the house, where there is more than one.
  const quotaUs = Math.max(periodUs, availableParallelism() * periodUs - periodUs / 2)
  return [
    ['memory.max', memoryBytes === undefined ? 'max' : String(memoryBytes)],
    ['memory.oom.group', '1'],
    ['pids.max', String(mostThreads)],
    ['cpu.max', `${quotaUs} ${periodUs}`],
  ]
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Ends whoever is left in a group and removes it. It is busy until the last of its processes is buried; one that stays is removed by the next start. */
export async function endGroup(folder: string): Promise<void> {
  await writeFile(join(folder, 'cgroup.kill'), '1', { flag: 'r+' }).catch(() => undefined)
  for (let tries = 0; tries < 50; tries++) {
    try {
      await rmdir(folder)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return
      await pause(20)
    }
  }
}

/** The command, once whoever runs it has entered the group: nothing of it is ever outside. It does not run where it cannot enter. */
export function inGroup({ folder }: Pick<Group, 'folder'>, command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', 'echo 0 > "$0" && exec "$@"', join(folder, 'cgroup.procs'), ...command]
}
