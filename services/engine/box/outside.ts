/**
 * What the kernel says of a boxed process, read from outside: a process cannot see of itself that it shares a network which its
 * system calls do not reach, nor which capabilities it holds.
 */
import { readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Group } from './groups.ts'

const namespaces = {
  net: 'network',
  pid: 'processes',
  ipc: 'memory',
  uts: 'names',
  mnt: 'mounts',
  user: 'users',
}

/** Most that each limit may be; what is written there otherwise is `unlimited`. */
interface Bounds {
  readonly dataBytes: number
  /** The control group that it must be in, where it must be in one. */
  readonly group?: Pick<Group, 'folder'> | undefined
}

/** What is wrong with the box of a process of this number; everything, where nothing can be read. */
export async function weaknessesOf(pid: number | undefined, bounds: Bounds): Promise<readonly string[]> {
  if (pid === undefined) return ['is not seen from outside']
  try {
    const [shared, status, limits] = await Promise.all([
      sharedNamespaces(pid),
      readFile(`/proc/${pid}/status`, 'latin1'),
      readFile(`/proc/${pid}/limits`, 'latin1'),
    ])
    return [
      ...shared.map((one) => `shares the ${one} of the machine`),
      ...ofStatus(status),
      ...ofLimits(limits, bounds),
      ...(await ofGroup(pid, bounds)),
    ]
  } catch {
    // No /proc, or one that hides it.
    return ['is not seen from outside']
  }
}

async function sharedNamespaces(pid: number): Promise<readonly string[]> {
  const same = await Promise.all(
    Object.entries(namespaces).map(async ([kind, name]) => {
      const [own, its] = await Promise.all([
        readlink(`/proc/self/ns/${kind}`),
        readlink(`/proc/${pid}/ns/${kind}`),
      ])
      return own === its ? [name] : []
    }),
  )
  return same.flat()
}

/** Lines of /proc/…/status: a filter of system calls in force, no way to new rights, no capability. */
function ofStatus(status: string): readonly string[] {
  const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(status)?.[1]
  const isFree = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].some((name) => !/^0+$/.test(field(name) ?? ''))
  return [
    ...(field('Seccomp') === '2' ? [] : ['makes any system call']),
    ...(field('NoNewPrivs') === '1' ? [] : ['may gain rights']),
    ...(isFree ? ['holds capabilities'] : []),
  ]
}

function ofLimits(limits: string, { dataBytes }: Bounds): readonly string[] {
  const hard = (name: string) => {
    const [, value = ''] = new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, 'm').exec(limits) ?? []
    return value === 'unlimited' || value === '' ? Number.POSITIVE_INFINITY : Number(value)
  }
  const most = {
    'Max data size': dataBytes,
    'Max core file size': 0,
    'Max file size': 0,
    'Max open files': 1024,
    'Max cpu time': 36_000,
  }
  return Object.entries(most).some(([name, bound]) => hard(name) > bound) ? ['has no limits'] : []
}

/** The kernel names the group by its path below a root that may not be ours; the name of the box is in it once. */
async function ofGroup(pid: number, { group }: Bounds): Promise<readonly string[]> {
  if (group === undefined) return []
  const path = /^0::(.*)$/m.exec(await readFile(`/proc/${pid}/cgroup`, 'latin1'))?.[1] ?? ''
  return basename(path) === basename(group.folder) ? [] : ['is in no group of its own']
}
