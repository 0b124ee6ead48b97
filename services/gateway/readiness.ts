/** What a node says of itself while it opens, and what it counts once it is open. */

export interface Step {
  readonly name: string
  readonly state: 'done' | 'running' | 'waiting' | 'failed'
  /** ms; absent while it waits. */
  readonly ms?: number
}

/** Written by the composition root, read by /readyz. */
export interface Readiness {
  ready: boolean
  steps: readonly Step[]
}

/** The body of /readyz. */
export function progressOf({ ready, steps }: Readiness): { ready: boolean; steps: readonly Step[] } {
  return { ready, steps }
}

export interface Metrics {
  /** One answered call. `route` is the declared path, so that the number of series is bounded. */
  count(route: string, status: number, seconds: number): void
  /** Prometheus text, version 0.0.4. */
  text(): string
}

/** A gauge that is read when somebody asks. */
export interface Gauge {
  readonly name: string
  readonly help: string
  read(): number
}

interface Series {
  count: number
  seconds: number
}

/** Counters of calls by route and class of status, process figures, and the gauges handed in. */
export function openMetrics(gauges: readonly Gauge[], startedAt: number): Metrics {
  const calls = new Map<string, Series>()
  return {
    count(route, status, seconds) {
      const key = `route="${route}",status="${status}"`
      const series = calls.get(key) ?? { count: 0, seconds: 0 }
      calls.set(key, { count: series.count + 1, seconds: series.seconds + seconds })
    },
    text() {
      const lines = [
        ...header('huisclos_calls_total', 'counter', 'Answered calls'),
        ...[...calls].map(([labels, { count }]) => `huisclos_calls_total{${labels}} ${count}`),
        ...header('huisclos_call_seconds_total', 'counter', 'Time spent on answered calls'),
        ...[...calls].map(
          ([labels, { seconds }]) => `huisclos_call_seconds_total{${labels}} ${seconds.toFixed(6)}`,
        ),
        ...[...processGauges(startedAt), ...gauges].flatMap(({ name, help, read }) => [
          ...header(name, 'gauge', help),
          `${name} ${read()}`,
        ]),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function header(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function processGauges(startedAt: number): Gauge[] {
  return [
    { name: 'process_start_time_seconds', help: 'Start of the process', read: () => startedAt / 1000 },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of the gateway process',
      read: () => process.memoryUsage.rss(),
    },
    {
      name: 'nodejs_heap_size_used_bytes',
      help: 'JavaScript heap in use',
      read: () => process.memoryUsage().heapUsed,
    },
  ]
}
