/** Asks catalogues of others in the background. */
import type { Settings } from '../config.ts'
import { fetchPage } from '../dataset/harvest/fetch-page.ts'
import { harvestRound } from '../dataset/harvest/rounds.ts'
import type { Ground } from './floors.ts'
import type { Rooms } from './rooms.ts'
import { keepTime } from './timekeeping.ts'

const minuteMs = 60_000

/** Catalogues of others are a production matter: a demo asks nobody. */
export function keepHarvesting(
  { closing, clock, log }: Ground,
  { harvested }: Rooms,
  { mode }: Settings,
): void {
  const sources = mode.kind === 'production' ? mode.configuration.harvests : []
  if (sources.length === 0) return
  const work = () => harvestRound({ sources, harvested, read: fetchPage, clock, log })
  closing.keep('harvests', keepTime({ everyMs: minuteMs, work, log }))
}
