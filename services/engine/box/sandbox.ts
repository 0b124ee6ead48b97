/**
 * Whether this machine can put a worker in a box, found out once by putting a probe in one (security.md 6.2). Nothing overrides
 * what the probe finds: without a sound box the demonstration runs loudly without, and production does not start.
 */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { attach, bytesOf } from '../worker.ts'
import type { Measure } from './box.ts'
import { boxPrograms } from './bubblewrap.ts'
import { type Groups, openGroups } from './groups.ts'
import { launchBoxed } from './launch.ts'
import { weaknessesOf } from './outside.ts'
import { seccompProgram } from './seccomp.ts'

export type Sandbox =
  | {
      readonly kind: 'bubblewrap'
      /** For a group of each worker's own; absent where none were handed to us, and the limits of the process hold alone. */
      readonly groups?: Groups | undefined
    }
  | {
      readonly kind: 'none'
      /** A word of the lists of messages: what is missing, and what the probe could do. */
      readonly why: 'system' | 'programs' | 'architecture' | 'start' | 'probe'
      readonly could: readonly string[]
    }

let found: Promise<Sandbox> | undefined

/** The same answer for the life of this process: workers started before and after are in the same kind of box. */
export function machineSandbox(): Promise<Sandbox> {
  found ??= find()
  return found
}

async function find(): Promise<Sandbox> {
  if (process.platform !== 'linux') return none('system')
  if (boxPrograms() === undefined) return none('programs')
  if (seccompProgram(process.arch) === undefined) return none('architecture')
  try {
    const could = await probeBox()
    return could.length === 0 ? { kind: 'bubblewrap', groups: await soundGroups() } : none('probe', could)
  } catch {
    // User namespaces are missing, or something around this process forbids them.
    return none('start')
  }
}

function none(why: Extract<Sandbox, { kind: 'none' }>['why'], could: readonly string[] = []): Sandbox {
  return { kind: 'none', why, could }
}

/** Groups in which a probe was seen to be. */
async function soundGroups(): Promise<Groups | undefined> {
  const groups = await openGroups()
  if (groups === undefined) return undefined
  const could = await probeBox([], groups).catch(() => ['does not start'])
  return could.length === 0 ? groups : undefined
}

const probeMemoryBytes = 256 * 1024 ** 2
const probeMs = 20_000
const answerSchema = z.array(z.string().max(60)).max(20)

/**
 * What a probe in the box succeeded at, and what is wrong with it as seen from outside: nothing, when every measure holds. Rejects
 * when the box does not start.
 */
export async function probeBox(
  without: readonly Measure[] = [],
  groups?: Groups,
): Promise<readonly string[]> {
  const entry = new URL('./probe-worker.ts', import.meta.url)
  const bytes = bytesOf(probeMemoryBytes)
  const launched = await launchBoxed({ entry, box: {}, ...bytes, groups }, without)
  const probe = await attach(launched, { name: 'probe', memoryBytes: probeMemoryBytes })
  try {
    const secrets = ['/etc/passwd', fileURLToPath(import.meta.url), process.cwd()]
    const could = await probe.call('probe', { secrets, dataBytes: bytes.dataBytes }, { timeoutMs: probeMs })
    const weak = await weaknessesOf(await launched.worker, {
      dataBytes: bytes.dataBytes,
      group: launched.group,
    })
    return [...answerSchema.parse(could), ...weak]
  } finally {
    probe.kill()
    await probe.closed
  }
}
