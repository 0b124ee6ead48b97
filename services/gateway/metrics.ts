/**
 * Figures in the text form of Prometheus, version 0.0.4. A label is one of a closed list or one of a few: no person, project or
 * dataset is ever one, and the number of series is bounded whatever is asked of the node.
 */
import type { Language } from '../kernel/text.ts'

/** One figure as it is documented: docs/operation.md is made from these. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: Readonly<Record<Language, string>>
  /** The values that each label may have; any other one is `other`. A number where the names are the operator's own: so many at most. */
  readonly labels?: Readonly<Record<string, readonly string[] | number>>
}

type Labels = Readonly<Record<string, string>>

interface Sample {
  /** Behind the name, in a histogram. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
  readonly labels?: Labels
  readonly value: number
}

/** A figure and where it is read, each time that somebody asks. Where it cannot be read it is left out. */
export interface Family {
  readonly metric: Metric
  read(): readonly Sample[] | Promise<readonly Sample[]>
}

export interface Metrics {
  /** One answered call. `route` is the declared path, `kind` what it weighs. */
  count(call: AnsweredCall): void
  text(): Promise<string>
  /** What the text may hold. */
  readonly declared: readonly Metric[]
}

interface AnsweredCall {
  readonly method: string
  readonly route: string
  readonly kind: CallKind
  readonly status: number
  readonly seconds: number
}

/** What a call weighs: a query, a file on its way, a stream of events, an act, a look, or what machines ask every few seconds. */
const callKinds = ['query', 'file', 'events', 'act', 'read', 'probe'] as const
export type CallKind = (typeof callKinds)[number]

/** A figure that is one number. */
export function gauge(metric: Omit<Metric, 'type'>, read: () => number | Promise<number>): Family {
  return { metric: { ...metric, type: 'gauge' }, read: async () => [{ value: await read() }] }
}

export interface Counter extends Family {
  add(labels?: Labels, by?: number): void
}

export function counter(metric: Omit<Metric, 'type'>): Counter {
  const values = new Map<string, { labels: Labels; value: number }>()
  const declared: Metric = { ...metric, type: 'counter' }
  return {
    metric: declared,
    add(given = {}, by = 1) {
      const labels = place(declared, given, values)
      const key = lettered(labels)
      values.set(key, { labels, value: (values.get(key)?.value ?? 0) + by })
    },
    // One that has no labels is there from the start: a rate needs a first value.
    read: () => (values.size === 0 && metric.labels === undefined ? [{ value: 0 }] : [...values.values()]),
  }
}

export interface Histogram extends Family {
  observe(value: number, labels?: Labels): void
}

/** `bounds` are the upper ends of the buckets, growing. */
export function histogram(metric: Omit<Metric, 'type'>, bounds: readonly number[]): Histogram {
  const declared: Metric = { ...metric, type: 'histogram' }
  const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>()
  return {
    metric: declared,
    observe(value, given = {}) {
      const labels = place(declared, given, series)
      const key = lettered(labels)
      const one = series.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 }
      const at = bounds.findIndex((bound) => value <= bound)
      if (at >= 0) one.counts[at] = (one.counts[at] ?? 0) + 1
      series.set(key, { ...one, sum: one.sum + value, count: one.count + 1 })
    },
    read: () => [...series.values()].flatMap((one) => bucketsOf(one, bounds)),
  }
}

function bucketsOf(
  { labels, counts, sum, count }: { labels: Labels; counts: readonly number[]; sum: number; count: number },
  bounds: readonly number[],
): readonly Sample[] {
  let below = 0
  const buckets = bounds.map((bound, at): Sample => {
    below += counts[at] ?? 0
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below }
  })
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ]
}

/** A value that was not declared would be a series of its own, and might be anybody's name. */
function bounded({ labels: declared = {} }: Metric, labels: Labels): Labels {
  const kept = Object.entries(declared).map(([name, values]) => {
    const value = labels[name] ?? 'other'
    return [name, typeof values === 'number' || values.includes(value) ? value : 'other']
  })
  return Object.fromEntries(kept)
}

/** Series at most, where a label has no closed list. */
function mostSeries({ labels = {} }: Metric): number {
  const limits = Object.values(labels).filter((values) => typeof values === 'number')
  return limits.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...limits)
}

/** The labels under which something is counted; those of the rest where there is no room for a new series. */
function place(metric: Metric, given: Labels, series: ReadonlyMap<string, unknown>): Labels {
  const labels = bounded(metric, given)
  return series.has(lettered(labels)) || series.size < mostSeries(metric) ? labels : bounded(metric, {})
}

function lettered(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Longer than this nobody who asks waits for one figure. */
const usualPatienceMs = 2_000

/** All families together, with those of the calls. What cannot be read in time is left out. */
export function openMetrics(families: readonly Family[], patienceMs = usualPatienceMs): Metrics {
  const calls = callFamilies()
  const reading: Reading = new Map()
  const all = [...calls.families, ...families]
  return {
    count: calls.count,
    declared: all.map(({ metric }) => metric),
    async text() {
      const parts = await Promise.all(all.map((family) => textOf(family, reading, patienceMs)))
      return parts.join('')
    },
  }
}

type Reading = Map<Family, Promise<readonly Sample[]>>

/** Who asks while somebody else's reading is under way waits for that one: what hangs is asked once. */
function read(family: Family, reading: Reading): Promise<readonly Sample[]> {
  const begun =
    reading.get(family) ??
    Promise.resolve()
      .then(() => family.read())
      .catch(() => [])
      .finally(() => reading.delete(family))
  reading.set(family, begun)
  return begun
}

async function textOf(family: Family, reading: Reading, patienceMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly Sample[]>((resolve) => {
    timer = setTimeout(() => resolve([]), patienceMs)
  })
  const samples = await Promise.race([read(family, reading), late])
  clearTimeout(timer)
  return written(family.metric, samples)
}

function written(metric: Metric, samples: readonly Sample[]): string {
  const { name, type, help } = metric
  const lines = samples
    .filter(({ value }) => Number.isFinite(value))
    .slice(0, mostSeries(metric) + 1)
    .map(({ suffix = '', labels = {}, value }) => {
      const { le } = labels
      const kept = { ...bounded(metric, labels), ...(le !== undefined && type === 'histogram' && { le }) }
      return `${name}${suffix}${lettered(kept)} ${value}\n`
    })
  if (lines.length === 0) return ''
  return `# HELP ${name} ${help.en}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const statuses = 1_000
const durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What the door counts of itself. */
function callFamilies() {
  const labels = { route: statuses, status: statuses }
  const count = counter({
    name: 'huisclos_calls_total',
    help: { fr: 'Appels répondus, par chemin déclaré', en: 'Answered calls, by declared path' },
    labels,
  })
  const seconds = counter({
    name: 'huisclos_call_seconds_total',
    help: { fr: 'Temps passé sur ces appels', en: 'Time spent on those calls' },
    labels,
  })
  const duration = histogram(
    {
      name: 'huisclos_call_duration_seconds',
      help: { fr: 'Durée des appels, par poids', en: 'How long calls took, by what they weigh' },
      labels: { kind: callKinds },
    },
    durations,
  )
  return {
    families: [count, seconds, duration],
    count({ method, route, kind, status, seconds: taken }: AnsweredCall) {
      const series = { route: `${method} ${route}`, status: String(status) }
      count.add(series)
      seconds.add(series, taken)
      duration.observe(taken, { kind })
    },
  }
}
