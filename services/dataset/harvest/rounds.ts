/** The rounds of a node: each source of the configuration is harvested again when its time has come. */
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { harvest, type ReadPage } from './harvest.ts'
import { HarvestError } from './harvest-error.ts'
import type { HarvestedCatalogues } from './harvested.ts'

interface HarvestSource {
  readonly source: string
  readonly url: string
  readonly everyHours: number
}

export interface RoundNeeds {
  readonly sources: readonly HarvestSource[]
  readonly harvested: HarvestedCatalogues
  readonly read: ReadPage
  readonly clock: Clock
  readonly log: Log
}

const hour = 3_600_000

/** Harvests what is due, one after the other. A source that fails keeps what it had, and is tried again in the next round. */
export async function harvestRound({ sources, harvested, read, clock, log }: RoundNeeds): Promise<void> {
  for (const { source, url, everyHours } of sources) {
    const before = await harvested.find(source)
    if (before !== null && clock.now() - before.harvestedAt < everyHours * hour) continue
    try {
      const datasets = await harvest(url, read)
      const { withdrawn } = await harvested.take({ source, from: url, at: clock.now(), datasets })
      log.info('a catalogue was harvested', {
        source,
        datasets: datasets.length,
        withdrawn: withdrawn.length,
      })
    } catch (error) {
      const rule = error instanceof HarvestError ? error.rule : 'unknown'
      log.warn('a catalogue could not be harvested', { source, rule })
    }
  }
}
