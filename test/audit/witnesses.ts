/** Witnesses for tests: real ones, each with a home and a port of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifierKey } from '../../services/audit/note.ts'
import { parseVerifierKey } from '../../services/audit/verify/note.ts'
import type { WitnessAddress } from '../../services/audit/witness/client.ts'
import { openWitnessKey } from '../../services/audit/witness/home.ts'
import { Keeper } from '../../services/audit/witness/keeper.ts'
import { openWitnessServer } from '../../services/audit/witness/server.ts'
import { silentLog } from '../../services/kernel/log.ts'

export interface TestWitness extends WitnessAddress {
  readonly home: string
  close(): Promise<void>
  remove(): Promise<void>
}

/** A witness of the log in `shard`, by the clock given. */
export async function openWitness(
  name: string,
  { shard, now }: { shard: string; now: () => number },
): Promise<TestWitness> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-witness-'))
  const key = await openWitnessKey(home, `${name}.example/w`)
  const log = parseVerifierKey((await readFile(join(shard, 'log.vkey'), 'utf8')).trimEnd())
  const keeper = new Keeper({ home: join(home, 'logs'), key, logs: log ? [log] : [], clock: { now } })
  const server = await openWitnessServer(keeper, { host: '127.0.0.1', port: 0, log: silentLog })
  let isOpen = true
  const close = async () => {
    if (isOpen) await server.close()
    isOpen = false
  }
  return {
    name,
    url: server.url,
    vkey: verifierKey(key, 'witness'),
    home,
    close,
    remove: async () => {
      await close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** The policy of a reader who trusts these, as many of them as `quorum` says. */
export function policyText(witnesses: readonly WitnessAddress[], quorum: number, log?: string): string {
  const lines = [
    '# whom I trust',
    ...(log === undefined ? [] : [`log ${log}`]),
    ...witnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`),
    `group enough ${quorum} ${witnesses.map(({ name }) => name).join(' ')}`,
    'quorum enough',
  ]
  return `${lines.join('\n')}\n`
}
