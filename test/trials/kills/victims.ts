/** Whom a kill meets: the processes below a node, by what they do. */
import { descendants, type Seen } from '../processes.ts'

export type Kind =
  | 'parser'
  | 'vault'
  | 'release'
  | 'builder'
  | 'reader'
  | 'other worker'
  | 'connection'
  | 'backend'
  | 'postmaster'

export interface Victim {
  readonly kind: Kind
  readonly pid: number
  readonly signal: NodeJS.Signals
}

const workers: Readonly<Record<string, Kind>> = {
  parser: 'parser',
  vault: 'vault',
  release: 'release',
  builder: 'builder',
  reader: 'reader',
}

/** All that runs below a node now, by kind. */
export async function victimsOf(node: number): Promise<readonly Victim[]> {
  const all = await descendants(node)
  return all.flatMap((one) => victimsAt(one, all))
}

function victimsAt({ pid, parent, command }: Seen, all: readonly Seen[]): readonly Victim[] {
  const worker = /([a-z]+)-worker\.(?:mjs|ts)/.exec(command)?.[1]
  if (worker !== undefined) return [workerIn({ pid, worker }, all)]
  if (/\/postgres -D /.test(command)) return [{ kind: 'postmaster', pid, signal: 'SIGKILL' }]
  const isBelowServer = all.some((one) => one.pid === parent && /\/postgres -D /.test(one.command))
  if (!isBelowServer || !command.startsWith('postgres: huisclos')) return []
  return [
    // The server ends one connection, as an administrator may ask; a backend that is killed makes it end all of them.
    { kind: 'connection', pid, signal: 'SIGTERM' },
    { kind: 'backend', pid, signal: 'SIGKILL' },
  ]
}

/** The program in its box, or the process itself where there is none. */
function workerIn(
  { pid, worker }: { readonly pid: number; readonly worker: string },
  all: readonly Seen[],
): Victim {
  const inner = all.find(({ parent }) => parent === pid)
  return { kind: workers[worker] ?? 'other worker', pid: inner?.pid ?? pid, signal: 'SIGKILL' }
}

/** Kills whoever is still there. */
export function strike({ pid, signal }: Victim): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself meanwhile.
  }
}
