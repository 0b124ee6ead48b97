/** The processes below one, by the kernel's own list: where a box is, its worker is the last of several. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Parent of each process of this machine. */
function parents(): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') found.set(Number(name), Number(parent))
    } catch {
      // Gone meanwhile.
    }
  }
  return found
}

function isWorker(pid: number): boolean {
  try {
    return /worker\.(?:mjs|ts)\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
  } catch {
    // Gone meanwhile.
    return false
  }
}

/** Numbers of the processes below this one that run the file of a worker, and have none below them. */
export function workersBelow(pid: number): readonly number[] {
  const all = parents()
  const below = (one: number): readonly number[] =>
    [...all].flatMap(([child, parent]) => (parent === one ? [child] : []))
  const leaves = (one: number): readonly number[] => {
    const children = below(one)
    return children.length === 0 ? [one] : children.flatMap(leaves)
  }
  return below(pid).flatMap(leaves).filter(isWorker)
}

/** Processor time of a process so far, in hundredths of a second. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    // Gone meanwhile.
    return 0
  }
}

/** More than a worker takes to start. */
const busyTicks = 25

/** The worker below a process that works now, by its processor time, once it has worked for a while; undefined when there is none in time. */
export async function busyWorkerBelow(pid: number, until: AbortSignal): Promise<number | undefined> {
  const before = new Map(workersBelow(pid).map((one) => [one, ticksOf(one)]))
  while (!until.aborted) {
    const busy = workersBelow(pid).find((one) => ticksOf(one) - (before.get(one) ?? 0) >= busyTicks)
    if (busy !== undefined) return busy
    await pause(10)
  }
  return undefined
}
