/** The figures of a real node: each is documented, bounded and free of names; alerts and dashboard name nothing else. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { dashboardFile, type Panel, panels } from '../../infra/grafana/dashboard.ts'
import { withMetrics } from '../../infra/metrics-table.ts'
import { type Alert, alerts, alertsFile } from '../../infra/prometheus/alerts.ts'
import { type Metric, openMetrics } from '../../services/gateway/metrics.ts'
import { routes } from '../../services/gateway/routes.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { writeLastBackup } from '../../services/node/backup/record.ts'
import { openEntryCounts } from '../../services/node/metrics/evidence.ts'
import { declaredMetrics } from '../../services/node/metrics/figures.ts'
import { type RoomsOn, roomFamilies } from '../../services/node/metrics/rooms.ts'
import { lookStore } from '../../services/store/store.ts'
import { selfSigned } from '../certificate.ts'
import { openTestNode, type TestNode } from '../node.ts'

/** A program of Prometheus that no package of npm brings. */
const checker = 'promtool'
const hasChecker = spawnSync(checker, ['--version']).status === 0
if (!hasChecker) process.stderr.write('no promtool here: 1 test of alerts and figures is skipped\n')

const canary = 'zz-canary-4711'
const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

let node: TestNode
let declared: readonly Metric[]
let text: string

beforeAll(async () => {
  declared = await declaredMetrics()
  const vkey = 'absent+4f8e9a01+BIz0OuO1qkJHqWaRZ2mnSmZ5uBnGmAEQn7wF8YVmTQ3m'
  const witnesses = [{ name: 'chu', url: 'http://127.0.0.1:1', vkey }]
  node = await openTestNode({ witnesses: { witnesses, quorum: 1 } })
  const at = new Date().toISOString()
  const made = {
    at,
    verifiedAt: at,
    to: '/b',
    entries: 1,
    bytes: 1,
    sha256: '0'.repeat(64),
    isRecorded: true,
  }
  await writeLastBackup(node.home, made)
  await node.call('GET', `/api/v1/me?x=${canary}`)
  await node.call('GET', '/api/v1/me', { as: 'alice' })
  await node.call('GET', `/api/v1/datasets/${canary}`, { as: 'alice' })
  await node.call('GET', `/${canary}`)
  const body = { sql: `SELECT '${canary}' FROM x`, purpose: canary }
  await node.call('POST', `/api/v1/projects/${canary}/queries`, { as: 'alice', body })
  const asked = await node.call('GET', '/metrics')
  text = String(asked.json)
}, 60_000)
afterAll(() => node?.close())

const namesIn = (from: string) => new Set([...from.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? ''))

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

function seriesOf(from: string): readonly Series[] {
  return [...from.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name = '', inner = '']) => {
    const pairs = [...inner.matchAll(/(\w+)="([^"]*)"/g)]
    return { name, labels: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value])) }
  })
}

/** The figure behind the name of a series; a histogram has three. */
const metricOf = (name: string) =>
  declared.find((one) => one.name === name) ??
  declared.find((one) => one.type === 'histogram' && one.name === name.replace(/_(bucket|sum|count)$/, ''))

const paths = new Set([...routes.map(({ path }) => path), 'unknown'])

function isDeclared(name: string, label: string, value: string): boolean {
  if (label === 'le') return metricOf(name)?.type === 'histogram'
  if (label === 'route') return paths.has(value.split(' ')[1] ?? '')
  const values = metricOf(name)?.labels?.[label] ?? []
  return typeof values === 'number' || [...values, 'other'].includes(value)
}

describe('the figures', () => {
  test('are all read from a real node, but those that wait for what has not happened', async () => {
    const counts = openEntryCounts({ now: Date.now })
    const ts = new Date().toISOString()
    counts.onEntry({ ts, body: { type: 'query.refused', query: 'q', code: 'K_TOO_SMALL' as never } })
    counts.onEntry({ ts, body: { type: 'query.abort', query: 'q', cause: 'deadline' } })
    const happened = new Set<string>()
    for (const { metric, read } of counts.families) if ((await read()).length > 0) happened.add(metric.name)
    const seen = new Set([...namesIn(text), ...happened])
    // Behind a proxy and in a demonstration TLS does not end here.
    expect(declared.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([
      'huisclos_certificate_days_left',
    ])
  })

  test('say how many days the certificate in use has', async () => {
    const { certificate } = selfSigned({ name: 'huisclos.test', from: -1, until: 40 })
    const on = { clock: { now: Date.now }, home: node.home, certificate: Buffer.from(certificate) }
    const families = roomFamilies(on as unknown as RoomsOn)
    const days = await families.find(({ metric }) => metric.name === 'huisclos_certificate_days_left')?.read()
    expect(days?.[0]?.value).toBeCloseTo(40, 1)
  })

  test('say that a database is gone, and leave out what only it knows', async () => {
    const store = lookStore({ url: 'postgresql://u:p@127.0.0.1:1/x', log: silentLog, timeoutMs: 1_000 })
    const on = { clock: { now: Date.now }, home: node.home, store }
    const families = roomFamilies(on as unknown as RoomsOn)
    const wanted = ['huisclos_database_up', 'huisclos_sessions_open', 'huisclos_deposits']
    const gone = openMetrics(families.filter(({ metric }) => wanted.includes(metric.name)))
    expect((await gone.text()).match(/^huisclos_\w+.*$/gm)).toEqual(['huisclos_database_up 0'])
    await store.close()
    expect(text).toMatch(/^huisclos_database_up 1$/m)
    // Asking for the figures is not what makes others wait.
    expect(text).toMatch(/^huisclos_database_connections\{state="waiting"\} 0$/m)
    expect(text).toMatch(/^huisclos_sessions_open 0$/m)
    expect(text).toMatch(/^huisclos_deposits\{status="quarantined"\} 0$/m)
  })

  test('hold no name of a person, project, dataset or path that was asked', () => {
    expect(text).not.toContain(canary)
    for (const word of ['alice', 'Alice', 'chu-rouen', 'SELECT']) expect(text).not.toContain(word)
  })

  test('have no label but those that are declared, each with a value of its list', () => {
    expect(seriesOf(text).filter(({ name }) => metricOf(name) === undefined)).toEqual([])
    const strangers = seriesOf(text).flatMap(({ name, labels }) =>
      Object.entries(labels).filter(([label, value]) => !isDeclared(name, label, value)),
    )
    expect(strangers).toEqual([])
  })

  test('count refusals by code, and durations by what a call weighs', () => {
    expect(text).toMatch(/^huisclos_refusals_total\{code="UNAUTHENTICATED"\} 1$/m)
    expect(text).toMatch(/^huisclos_refusals_total\{code="NOT_FOUND"\} \d$/m)
    expect(text).toMatch(/^huisclos_call_duration_seconds_count\{kind="query"\} 1$/m)
    expect(text).toMatch(/^huisclos_workers_alive\{worker="parser"\} [1-9]\d*$/m)
    expect(text).toMatch(/^huisclos_witness_cosigning\{witness="chu"\} 0$/m)
  })

  test('are documented in both languages, one line each', () => {
    for (const [language, page] of [
      ['fr', 'docs/operation.fr.md'],
      ['en', 'docs/operation.md'],
    ] as const) {
      expect(file(page)).toBe(withMetrics(file(page), declared, language))
    }
  })
})

const words = /\b(huisclos_\w+|process_\w+|nodejs_\w+)\b/g

/** What an expression names that no figure has: a name, a label, or a value that can never be. */
function faultsIn(expr: string): readonly string[] {
  const unknown = [...expr.matchAll(words)]
    .map(([name]) => name)
    .filter((name) => metricOf(name) === undefined)
  const matched = [...expr.matchAll(/(huisclos_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inner = '']) =>
    [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].flatMap(([, label = '', value = '']) => {
      const values = metricOf(name)?.labels?.[label]
      if (values === undefined) return [`${name} has no ${label}`]
      if (typeof values === 'number') return []
      return value.split('|').filter((one) => !values.includes(one))
    }),
  )
  return [...unknown, ...matched]
}

const drawn = (list: readonly Panel[]) => list.flatMap(({ targets }) => targets.map(([expr]) => expr))

describe('alerts and dashboard', () => {
  test('name figures, labels and values that are there, and nothing else', () => {
    for (const expr of [...alerts.map((one) => one.expr), ...drawn(panels)]) {
      expect({ expr, faults: faultsIn(expr) }).toEqual({ expr, faults: [] })
    }
  })

  test.each([
    ['huisclos_no_such_thing > 1', ['huisclos_no_such_thing']],
    ['huisclos_workers_alive{person="alice"} > 1', ['huisclos_workers_alive has no person']],
    ['huisclos_worker_ends_total{cause=~"memory|gremlins"}', ['gremlins']],
    ['rate(huisclos_queries_running_bucket[5m])', ['huisclos_queries_running_bucket']],
  ])('%s is reported', (expr, faults) => {
    expect(faultsIn(expr)).toEqual(faults)
  })

  test('are the files that are shipped', () => {
    expect(file('infra/prometheus/alerts.yml')).toBe(alertsFile())
    expect(file('infra/grafana/huisclos.json')).toBe(dashboardFile())
    const { panels: shipped } = JSON.parse(file('infra/grafana/huisclos.json'))
    expect(shipped).toHaveLength(panels.length)
  })

  test('tell of the witnesses at five minutes, an hour and a day, louder each time', () => {
    const of = (name: string) => alerts.find((one: Alert) => one.name === name)
    expect(
      ['HuisclosWitnessesLate', 'HuisclosWitnessesStale', 'HuisclosWitnessesLost'].map((name) => [
        of(name)?.severity,
        Number(of(name)?.expr.split('> ')[1]),
      ]),
    ).toEqual([
      ['notice', 300],
      ['alarm', 3_600],
      ['critical', 86_400],
    ])
  })

  test('have names of their own, and what to do in both languages', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length)
    for (const { says } of alerts)
      expect([says.fr, says.en]).toEqual([expect.stringMatching(/[.?]$/), expect.stringMatching(/[.?]$/)])
  })

  test('scrape.yml asks for /metrics of the job that the alerts name', () => {
    expect(file('infra/prometheus/scrape.yml')).toMatch(/job_name: huisclos\n\s+metrics_path: \/metrics/)
  })

  ;(hasChecker ? test : test.skip)('are taken by promtool', () => {
    const rules = fileURLToPath(new URL('../../infra/prometheus/alerts.yml', import.meta.url))
    expect(spawnSync(checker, ['check', 'rules', rules]).status).toBe(0)
    expect(spawnSync(checker, ['check', 'metrics'], { input: text }).status).toBe(0)
  })
})
