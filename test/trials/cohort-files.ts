/** The three files of a cohort in the French dialect, and the figures that an independent count in plain TypeScript gives. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface CohortFiles {
  readonly persons: string
  readonly measurements: string
  readonly events: string
}

/** The names that the cohort's own README gives. */
export function cohortFiles(folder: string): CohortFiles {
  return {
    persons: join(folder, 'nafld1.csv'),
    measurements: join(folder, 'nafld2.csv.gz'),
    events: join(folder, 'nafld3.csv'),
  }
}

type Row = Readonly<Record<string, string>>

/** `write.csv2` of R: `;` between fields, no quote inside a field. */
function readCsv(path: string): Row[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  const [head = '', ...lines] = text.split('\n').filter((line) => line !== '')
  const cells = (line: string) => line.split(';').map((cell) => cell.replaceAll('"', ''))
  const names = cells(head)
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, i) => [names[i] ?? '', cell])))
}

export type Figures = Readonly<Record<string, number>>

export interface Expected {
  readonly rows: { readonly persons: number; readonly measurements: number; readonly events: number }
  readonly bySex: Readonly<Record<string, { readonly persons: number; readonly deaths: number }>>
  readonly events: Figures
  readonly measurements: Figures
  /** Persons by their first event, ties broken by the name of the event. */
  readonly firstEvents: Figures
  /** Persons by age, every age, also those that must be withheld. */
  readonly ages: Figures
}

function tally(keys: Iterable<string>): Figures {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

function firstEvents(events: readonly Row[]): Figures {
  const first = new Map<string, { days: number; event: string }>()
  for (const { id = '', days = '', event = '' } of events) {
    const known = first.get(id)
    const at = Number(days)
    if (!known || at < known.days || (at === known.days && event < known.event))
      first.set(id, { days: at, event })
  }
  return tally([...first.values()].map(({ event }) => event))
}

/** Counts everything without any database. */
export function countByHand(files: CohortFiles): Expected {
  const persons = readCsv(files.persons)
  const measurements = readCsv(files.measurements)
  const events = readCsv(files.events)
  const bySex: Record<string, { persons: number; deaths: number }> = {}
  for (const { male = '', status: dead = '' } of persons) {
    const group = bySex[male] ?? { persons: 0, deaths: 0 }
    bySex[male] = { persons: group.persons + 1, deaths: group.deaths + Number(dead) }
  }
  return {
    rows: { persons: persons.length, measurements: measurements.length, events: events.length },
    bySex,
    events: tally(events.map(({ event = '' }) => event)),
    measurements: tally(measurements.map(({ test = '' }) => test)),
    firstEvents: firstEvents(events),
    ages: tally(persons.map(({ age = '' }) => age)),
  }
}
