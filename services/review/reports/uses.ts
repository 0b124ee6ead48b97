/** Uses and deposits of the data of one holder, found by the index and read in the log. */
import type { Indexed } from '../../audit/writer.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { SearchNeeds } from '../search.ts'
import { entriesOf } from './entries.ts'
import type { Deposited, HolderFacts, Refused, Use } from './holder.ts'
import type { ReportPeriod } from './period.ts'

/** Uses of one statement; a busier holder asks for a shorter period. */
const usesLimit = 20_000

interface Asked {
  readonly organisation: string
  /** Names of the datasets of the holder. */
  readonly datasets: readonly string[]
  /** Projects with a line that the holder signed. */
  readonly projects: readonly string[]
  readonly period: ReportPeriod
  readonly limit?: number
}

/** All oldest first. Refusal TOO_LARGE beyond the limit: a statement leaves nothing out. */
export async function usesOf(
  needs: SearchNeeds,
  { organisation, datasets, projects, period, limit = usesLimit }: Asked,
): Promise<Pick<HolderFacts, 'organisation' | 'uses' | 'refusals' | 'deposits'>> {
  const intents = await entriesAbout(needs, { datasets, period, limit, types: ['query.intent'] })
  const ends = await endsOf(needs, intents, period)
  const verdicts = await entriesAbout(needs, { datasets, period, limit, types: verdictTypes })
  return {
    organisation,
    uses: intents.flatMap((entry) => useOf(entry, datasets, ends)),
    refusals: await refusalsIn(needs, { projects, period, limit }),
    deposits: verdicts.flatMap(depositedOf),
  }
}

const verdictTypes = ['deposit.accepted', 'deposit.refused', 'deposit.quarantined', 'deposit.failed'] as const

interface About {
  readonly datasets: readonly string[]
  readonly period: ReportPeriod
  readonly types: readonly string[]
  readonly limit: number
}

async function entriesAbout(needs: SearchNeeds, { datasets, period, types, limit }: About) {
  const { start: from, end: to } = period
  const found = new Map<string, Indexed>()
  for (const filter of datasets.flatMap((dataset) => types.map((type) => ({ dataset, type, from, to })))) {
    for await (const entry of entriesOf(needs, filter)) {
      found.set(`${entry.shard} ${entry.seq}`, entry)
      if (found.size > limit) throw new Refusal('TOO_LARGE', { rule: 'report.uses' })
    }
  }
  return [...found.values()].sort((a, b) => (a.ts === b.ts ? a.seq - b.seq : a.ts < b.ts ? -1 : 1))
}

/** How each question ended, by its id: read project by project, a little past the period for what was still running. */
async function endsOf(needs: SearchNeeds, intents: readonly Indexed[], { start, end }: ReportPeriod) {
  const span = { from: start, to: end + hourMs }
  const projects = new Set(intents.flatMap((entry) => entry.project ?? []))
  const ends = new Map<string, Use['outcome']>()
  for (const project of projects) {
    const released = entriesOf(needs, { project, type: 'query.release', ...span })
    for await (const { body } of released) if ('query' in body) ends.set(body.query, 'answered')
    const aborted = entriesOf(needs, { project, type: 'query.abort', ...span })
    for await (const { body } of aborted) if ('query' in body) ends.set(body.query, 'stopped')
  }
  return ends
}

const hourMs = 3_600_000

function useOf(
  { body, shard, seq, ts, leaf, project = '', actor }: Indexed,
  own: readonly string[],
  ends: ReadonlyMap<string, Use['outcome']>,
): readonly Use[] {
  if (body.type !== 'query.intent') return []
  const { query, permit, purpose, objective = null, datasets, statement } = body
  return [
    {
      ...{ shard, seq, ts, leaf, query, project, purpose, objective, statement },
      permit: `${permit.id} ${permit.sha256}`,
      columns: datasets
        .filter(({ name }) => own.includes(name))
        .map(
          ({ name, version, columns }) =>
            `${name} v${version}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`,
        ),
      outcome: ends.get(query) ?? 'unknown',
      actor: actor?.ps ?? null,
    },
  ]
}

async function refusalsIn(
  needs: SearchNeeds,
  {
    projects,
    period: { start: from, end: to },
    limit,
  }: Required<Pick<Asked, 'projects' | 'period' | 'limit'>>,
): Promise<readonly Refused[]> {
  const found: Refused[] = []
  for (const project of new Set(projects)) {
    for await (const { body, shard, seq, ts, leaf } of entriesOf(needs, {
      ...{ project, type: 'query.refused', from, to },
    })) {
      if (body.type === 'query.refused') found.push({ shard, seq, ts, leaf, project, code: body.code })
      if (found.length > limit) throw new Refusal('TOO_LARGE', { rule: 'report.uses' })
    }
  }
  return found.sort((a, b) => (a.ts === b.ts ? a.seq - b.seq : a.ts < b.ts ? -1 : 1))
}

function depositedOf({ body, ts }: Indexed): readonly Deposited[] {
  if (!('dataset' in body) || typeof body.dataset !== 'string') return []
  const version = 'version' in body && typeof body.version === 'number' ? body.version : null
  return [{ ts, dataset: body.dataset, outcome: body.type.replace('deposit.', ''), version }]
}
