/** What the log says of findings: which were raised, which were closed. The table of the inbox may be lost; this is not. */

import type { Closing } from './findings.ts'
import { loggedOf } from './logged.ts'
import { type SearchNeeds, searchPages } from './search.ts'

interface Recorded {
  /** Instant in ms. */
  readonly raisedAt: number
  readonly closed: Closing | null
}

/** Findings raised since an instant, by their ids. */
export async function recordedOf(needs: SearchNeeds, from: number): Promise<ReadonlyMap<string, Recorded>> {
  const recorded = new Map<string, Recorded>()
  for (const { body, ts } of await bodiesOf(needs, 'anomaly.raised', from)) {
    if (body.type === 'anomaly.raised') recorded.set(body.anomaly, { raisedAt: Date.parse(ts), closed: null })
  }
  for (const { body, ts, actor } of await bodiesOf(needs, 'anomaly.closed', from)) {
    const known = body.type === 'anomaly.closed' ? recorded.get(body.anomaly) : undefined
    if (body.type !== 'anomaly.closed' || known === undefined) continue
    const closed = { conclusion: body.conclusion, at: Date.parse(ts), by: actor?.subject ?? null }
    recorded.set(body.anomaly, { ...known, closed })
  }
  return recorded
}

async function bodiesOf(needs: SearchNeeds, type: 'anomaly.raised' | 'anomaly.closed', from: number) {
  const found = []
  for await (const page of searchPages(needs, { type, from }))
    found.push(...(await loggedOf(needs.audit, page)))
  return found.filter((entry) => entry !== null)
}
