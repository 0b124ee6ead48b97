/** Processes of this machine, found by what they are and hurt by their number alone. */
import { readdirSync, readFileSync } from 'node:fs'

interface Found {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

function all(): readonly Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        // The name of the program stands in brackets and may hold blanks; the parent is the second field behind it (proc(5)).
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent, command }]
      } catch {
        return []
      }
    })
}

/** A process and all that come from it. */
function familyOf(pid: number): readonly Found[] {
  const found = all()
  const family = found.filter((one) => one.pid === pid)
  for (const member of family) family.push(...found.filter(({ parent }) => parent === member.pid))
  return family
}

/** To a process and all that come from it: each by its number, and only if it is still there. */
export function signalFamily(pid: number, signal: NodeJS.Signals): void {
  for (const one of familyOf(pid)) send(one.pid, signal)
}

/** Ends those of these processes that still run this program though nobody is above them any more: frozen before they could notice. */
export function endOrphans(pids: ReadonlySet<number>, program: string): void {
  const own = new Set(workersOf(program))
  for (const { pid, command } of all())
    if (pids.has(pid) && !own.has(pid) && command.includes(program)) send(pid, 'SIGKILL')
}

/** Numbers of the processes below this one whose command names the program, the youngest last. */
export function workersOf(program: string): readonly number[] {
  const own = familyOf(process.pid).filter(({ pid }) => pid !== process.pid)
  return own.filter(({ command }) => command.includes(program)).map(({ pid }) => pid)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone.
  }
}
