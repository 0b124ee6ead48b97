/** The restoration drill: a backup put back on this machine, a node opened on it, its log verified, and all of it thrown away. */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyLog } from '../../audit/verify/verify.ts'
import type { Settings } from '../../config.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { openNode } from '../../node.ts'
import { freePort } from '../../store/free-port.ts'
import { keyFile } from './contents.ts'
import type { OnProgress } from './make.ts'
import { restoreBackup } from './restore.ts'

export interface DrillAsked {
  readonly from: string
  /** As the node has them: `readSettings` of its environment. */
  readonly settings: Settings
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  /** Where the drill takes place; the temporary folder of the system when it is left out. */
  readonly scratch?: string
  readonly onProgress?: OnProgress
}

export interface Drilled {
  /** The first fault in one line, null when there is none. */
  readonly fault: string | null
  /** Entries of the log after the start of the node. */
  readonly entries: number
}

/**
 * Rejects with what the restoration or the start rejects with. The node listens on loopback only, asks no witness and no catalogue:
 * what it writes would be another future of the log, and nobody else may ever see it.
 */
export async function drill({
  from,
  settings,
  environment,
  log,
  scratch = tmpdir(),
  onProgress,
}: DrillAsked): Promise<Drilled> {
  const home = await mkdtemp(join(scratch, 'huisclos-drill-'))
  try {
    const manifest = await restoreBackup({
      ...{ home, from, log, durable: false },
      ...(onProgress !== undefined && { onProgress }),
    })
    await lendKey(settings.home, home)
    const node = await openNode({
      settings: aside(settings, home, await freePort()),
      ...{ clock: systemClock, log, print: () => {}, durable: false, environment },
    })
    await node.close()
    const verdict = await verifyLog({ dir: join(home, 'audit') })
    const expected = manifest.log.reduce((all, { size }) => all + size, 0)
    if (verdict.status !== 'intact')
      return { fault: `journal / log : ${verdict.message}`, entries: verdict.entries }
    const fault = verdict.entries > expected ? null : 'le nœud n’a rien écrit / the node has written nothing'
    return { fault, entries: verdict.entries }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** The key-encryption key, where it is a file of the home of the node and not in the backup: it goes with all the rest. */
async function lendKey(from: string, home: string): Promise<void> {
  const source = join(from, keyFile)
  if (
    (await stat(source).catch(() => null)) === null ||
    (await stat(join(home, keyFile)).catch(() => null)) !== null
  )
    return
  await copyFile(source, join(home, keyFile))
}

function aside(
  { databaseUrl: _, witnesses: __, ...settings }: Settings,
  home: string,
  port: number,
): Settings {
  const { mode } = settings
  if (mode.kind === 'demo') return { ...settings, home, port, mode: { kind: 'demo', demo: 'empty' } }
  const { configuration } = mode
  const alone = { ...configuration, host: '127.0.0.1', witnesses: [], harvests: [] }
  return { ...settings, home, port, mode: { ...mode, configuration: alone } }
}
