import { parisDay, systemClock } from '../services/kernel/clock.ts'

/** Of the numbers that a node gives now: the year in Paris. */
export const yearNow = parisDay(systemClock.now()).slice(0, 4)

/** The project of the full demonstration. */
export const demoProject = `FR-NOR-${yearNow}-000001`
