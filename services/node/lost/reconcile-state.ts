/**
 * Log and database, each of which may have been put back from an older copy (security.md 4.10). A database that is newer than the log, or
 * of another history, stops the start. Acts that a kill cut between the two are ended first. Of a database that is older, nothing comes
 * back to life: what the log says was restricted is restricted again, and what it says was permitted waits for a human.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../kernel/log.ts'
import { endBegunActs } from './begun.ts'
import type { EndingNeeds } from './endings.ts'
import { redoEndings } from './endings.ts'
import { type Finding, redoHabilitations } from './habilitations.ts'
import { insistOnOneHistory } from './one-history.ts'
import { type ReleaseRows, redoReleases } from './releases.ts'

export interface StateNeeds extends EndingNeeds, ReleaseRows {
  readonly home: string
  readonly log: Log
  /** The highest entries of the current shard that rows know. */
  readonly others: readonly (number | null)[]
}

/** `reconciliation.json` of a home: what the last start found, there only while it found something. */
const reconciliationFile = 'reconciliation.json'

/** Before anything is decided. StartError, status 75, when database and log are not of one history. Gives what was found. */
export async function reconcileState(needs: StateNeeds): Promise<readonly Finding[]> {
  const before = await needs.recorded.events()
  await insistOnOneHistory(needs, { events: before, others: needs.others })
  const ended = await endBegunActs(needs, before)
  const events = ended.length === 0 ? before : await needs.recorded.events()
  const findings = [
    ...ended,
    ...(await redoHabilitations(needs, events)),
    ...(await redoEndings(needs, events)),
    ...(await redoReleases(needs)),
  ]
  await tell(needs, findings)
  return findings
}

async function tell({ home, log, now }: StateNeeds, findings: readonly Finding[]): Promise<void> {
  const path = join(home, reconciliationFile)
  if (findings.length === 0) return rm(path, { force: true })
  const text = `${JSON.stringify({ at: new Date(now).toISOString(), findings }, null, 1)}\n`
  await writeFile(`${path}.tmp`, text, { mode: 0o600 })
  await rename(`${path}.tmp`, path)
  const count = (outcome: Finding['outcome']) => findings.filter((one) => one.outcome === outcome).length
  log.warn('the log knew acts that the database did not: each was ended, and nothing was revived', {
    ...{ redone: count('redone'), held: count('held'), left: count('left') },
    file: reconciliationFile,
  })
}
