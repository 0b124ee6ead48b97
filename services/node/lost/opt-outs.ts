/** Opt-outs of which log and database do not say the same: a registration that a stop cut is ended, a list that is lost shuts its projects. */
import type { Indexed } from '../../audit/writer.ts'
import type { OptOutRegister } from '../../dataset/opt-out-register.ts'
import type { DatasetRegister } from '../../dataset/register.ts'
import { domainOf } from '../../dataset/relations.ts'
import type { RecordedEvent } from '../../habilitation/recorded.ts'
import { abortedIn, entriesOf, leave, placeName } from './entries.ts'
import { type Finding, type HabilitationRows, holdProjects } from './habilitations.ts'

export interface OptOutNeeds extends HabilitationRows {
  readonly optOuts: Pick<OptOutRegister, 'version' | 'begun' | 'finish' | 'forget'>
  readonly register: Pick<DatasetRegister, 'list'>
}

/** What has its entry is added to its list, what has none was promised to nobody and is forgotten. */
export async function finishOptOuts(needs: OptOutNeeds): Promise<readonly Finding[]> {
  const begun = new Set(await needs.optOuts.begun())
  if (begun.size === 0) return []
  const aborted = await abortedIn(needs)
  const findings: Finding[] = []
  for await (const entry of entriesOf(needs, { type: 'opt-out.registered' })) {
    const { shard, seq, body } = entry
    if (body.type !== 'opt-out.registered' || !begun.has(body.sha256) || aborted.has(placeName(entry)))
      continue
    if (await needs.optOuts.finish(body.sha256))
      findings.push({ shard, seq, type: body.type, of: body.dataset, outcome: 'redone' })
    // All of them stood already.
    else await leave(needs, entry)
  }
  for (const sha256 of await needs.optOuts.begun()) await needs.optOuts.forget(sha256)
  return findings
}

/**
 * The log has no pseudonym: who objected is known by the holder alone. Until the list is lodged again, nobody may ask about a domain
 * whose list is shorter here than in the log.
 */
export async function holdForOptOuts(
  needs: OptOutNeeds,
  events: readonly RecordedEvent[],
): Promise<readonly Finding[]> {
  const last = new Map<string, Indexed>()
  const aborted = await abortedIn(needs)
  for await (const entry of entriesOf(needs, { type: 'opt-out.registered' })) {
    if (entry.body.type !== 'opt-out.registered' || aborted.has(placeName(entry))) continue
    if (entry.body.domain !== undefined) last.set(entry.body.domain, entry)
  }
  const findings: Finding[] = []
  for (const [domain, entry] of last) {
    if (entry.body.type !== 'opt-out.registered') continue
    if ((await needs.optOuts.version(domain)) >= entry.body.version) continue
    const all = await needs.register.list()
    const own = all.filter(({ descriptor }) => domainOf(descriptor) === domain)
    const datasets = new Set(own.map(({ descriptor }) => descriptor.name))
    findings.push(...(await holdProjects(needs, entry, { datasets, events })))
  }
  return findings
}
