/** `huisclos witness`: cosigns checkpoints of other people's logs. It needs no node, no database, and no key but its own. */
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { verifierKey } from '../audit/note.ts'
import { parseVerifierKey } from '../audit/verify/note.ts'
import { openWitnessKey } from '../audit/witness/home.ts'
import { Keeper } from '../audit/witness/keeper.ts'
import { openWitnessServer } from '../audit/witness/server.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { takeFolder } from '../store/folder-lock.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

export interface WitnessOptions {
  readonly home: string
  readonly port: number
  readonly host: string
  /** Verifier keys of the logs to watch. */
  readonly log: readonly string[]
  readonly name?: string
}

/** Runs until it is interrupted. Prints its verifier key, then its address. */
export async function witness({ home, port, host, log, name }: WitnessOptions, out: Out): Promise<void> {
  const logs = log.map((text) => {
    const key = parseVerifierKey(text)
    if (key) return key
    throw new CommandError(`${text}: pas une clé de journal / not the key of a log`, exits.usage)
  })
  const refuse = (exit: number) => (error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), exit)
  }
  await mkdir(home, { recursive: true, mode: 0o700 }).catch(refuse(exits.failed))
  const taken = await takeFolder(home).catch(refuse(exits.unavailable))
  try {
    const key = await openWitnessKey(home, name).catch(refuse(exits.failed))
    const keeper = new Keeper({ home: join(home, 'logs'), key, logs, clock: systemClock })
    const server = await openWitnessServer(keeper, { host, port, log: toStderr(out) }).catch(() => {
      throw new CommandError(`${host}:${port}: pas libre / not free`, exits.unavailable)
    })
    out.stdout.write(`${verifierKey(key, 'witness')}\n${server.url}\n`)
    for (const { name: origin } of logs) out.stderr.write(`journal / log: ${origin}\n`)
    if (!out.signal.aborted) await once(out.signal, 'abort')
    await server.close()
  } finally {
    await taken.close()
  }
}

function toStderr({ stderr }: Out): Log {
  const say = (message: string) => void stderr.write(`${message}\n`)
  return { info: say, warn: say, error: say }
}
