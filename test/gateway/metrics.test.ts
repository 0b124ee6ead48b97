/** The text of the figures: its form, its bounds, and what it does when one of them cannot be read. */
import { expect, test } from '@jest/globals'
import { counter, gauge, histogram, type Metric, openMetrics } from '../../services/gateway/metrics.ts'

const about = (name: string, labels?: Metric['labels']) => ({
  name,
  help: { fr: 'aide', en: 'help' },
  ...(labels && { labels }),
})

test('a counter, a gauge and a histogram are written as Prometheus reads them', async () => {
  const calls = counter(about('calls_total', { code: ['A', 'B'] }))
  calls.add({ code: 'A' })
  calls.add({ code: 'A' }, 2)
  const took = histogram(about('took_seconds'), [0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) took.observe(value)
  const text = await openMetrics([calls, gauge(about('room'), () => 3), took]).text()
  expect(text).toBe(
    [
      ...['# HELP calls_total help', '# TYPE calls_total counter', 'calls_total{code="A"} 3'],
      ...['# HELP room help', '# TYPE room gauge', 'room 3'],
      ...['# HELP took_seconds help', '# TYPE took_seconds histogram', 'took_seconds_bucket{le="0.1"} 2'],
      ...['took_seconds_bucket{le="1"} 3', 'took_seconds_bucket{le="+Inf"} 4'],
      ...['took_seconds_sum 7.65', 'took_seconds_count 4', ''],
    ].join('\n'),
  )
})

test('a counter without labels is there before it counts', async () => {
  expect(await openMetrics([counter(about('jumps_total'))]).text()).toContain('jumps_total 0\n')
})

test('a label that is not of its list is told as other, counted or read', async () => {
  const counted = counter(about('calls_total', { code: ['A'] }))
  counted.add({ code: 'alice' })
  counted.add({ code: 'A', project: 'FR-NOR-1' })
  const read = { metric: { ...about('rows', { status: ['open'] }), type: 'gauge' as const } }
  const family = { ...read, read: () => [{ labels: { status: 'paul', person: 'ines' }, value: 1 }] }
  const text = await openMetrics([counted, family]).text()
  expect(text).toContain('calls_total{code="other"} 1\ncalls_total{code="A"} 1\n')
  expect(text).toContain('rows{status="other"} 1\n')
  expect(text).not.toMatch(/alice|paul|ines|FR-NOR/)
})

test('the number of series has an end, and what was counted under a known one goes on there', async () => {
  const met = openMetrics([])
  const call = { method: 'GET', kind: 'read' as const, status: 200, seconds: 0.01 }
  for (let at = 0; at < 3_000; at += 1) met.count({ ...call, route: `/path/${at}` })
  met.count({ ...call, route: '/path/0' })
  const lines = (await met.text()).split('\n')
  const series = lines.filter((line) => line.startsWith('huisclos_calls_total{'))
  expect(series).toHaveLength(1_001)
  expect(series[0]).toBe('huisclos_calls_total{route="GET /path/0",status="200"} 2')
  expect(series.at(-1)).toBe('huisclos_calls_total{route="other",status="other"} 2000')
})

test('a letter that would end a label does not', async () => {
  const named = counter(about('asked_total', { witness: 2 }))
  named.add({ witness: 'a"b\\c\nd' })
  expect(await openMetrics([named]).text()).toContain('asked_total{witness="a\\"b\\\\c\\nd"} 1\n')
})

test('a figure that cannot be read, is no number or hangs is left out, and the others are there', async () => {
  const broken = gauge(about('broken'), () => Promise.reject(new Error('no database')))
  const absent = gauge(about('absent'), () => Number.NaN)
  let asked = 0
  const hanging = gauge(about('hanging'), () => {
    asked += 1
    return new Promise<number>(() => {})
  })
  const met = openMetrics([broken, absent, hanging, gauge(about('well'), () => 1)], 20)
  const [first, second] = await Promise.all([met.text(), met.text()])
  for (const text of [first, second]) {
    expect(text).toContain('well 1\n')
    expect(text).not.toMatch(/broken|absent|hanging/)
  }
  expect(asked).toBe(1)
})
