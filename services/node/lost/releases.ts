/** Releases whose end only the log knows: what was refused or taken back is not voted on again. */

import type { ReleaseRegister } from '../../airlock/register.ts'
import { hasEnded } from '../../airlock/release.ts'
import { entriesOf, type LogReading, originOf } from './entries.ts'
import type { Finding } from './habilitations.ts'

export interface ReleaseRows extends LogReading {
  readonly releases: Pick<ReleaseRegister, 'find' | 'end'>
}

const endings = { 'airlock.refused': 'refused', 'airlock.withdrawn': 'withdrawn' } as const

/** Ends them again; a second time there is nothing to do. One that was approved waits for its votes anew. */
export async function redoReleases(needs: ReleaseRows): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const type of ['airlock.refused', 'airlock.withdrawn'] as const) {
    for await (const { shard, seq, ts, body } of entriesOf(needs, { type })) {
      if (body.type !== type) continue
      const release = await needs.releases.find(body.release)
      if (release === null || hasEnded(release)) continue
      const place = { log: originOf(needs, shard), seq }
      await needs.releases.end(body.release, { state: endings[type], at: Date.parse(ts), ...place })
      findings.push({ shard, seq, type, of: body.release, outcome: 'redone' })
    }
  }
  return findings
}
