/** The dashboard of a node; huisclos.json is written from this list of panels. */
import type { Language } from '../../services/kernel/text.ts'

export interface Panel {
  readonly title: Readonly<Record<Language, string>>
  readonly kind: 'stat' | 'timeseries'
  /** Of Grafana; `short` when left out. */
  readonly unit?: string
  /** PromQL and the legend of its lines. */
  readonly targets: readonly (readonly [expr: string, legend: string])[]
}

function panel(fr: string, en: string, rest: Omit<Panel, 'title'>): Panel {
  return { title: { fr, en }, ...rest }
}

const stat = (unit: string, expr: string): Omit<Panel, 'title'> => ({
  kind: 'stat',
  unit,
  targets: [[expr, '']],
})
const lines = (unit: string, ...targets: Panel['targets']): Omit<Panel, 'title'> => ({
  kind: 'timeseries',
  unit,
  targets,
})

export const panels: readonly Panel[] = [
  panel('Prêt', 'Ready', stat('bool_yes_no', 'huisclos_ready')),
  panel('Bac à sable', 'Sandbox', stat('bool_yes_no', 'huisclos_sandboxed')),
  panel('Base', 'Database', stat('bool_yes_no', 'huisclos_database_up')),
  panel('Âge du quorum', 'Quorum age', stat('s', 'huisclos_witness_quorum_age_seconds')),
  panel('Place du journal', 'Room of the log', stat('bytes', 'huisclos_audit_free_bytes')),
  panel('Dernière sauvegarde', 'Last backup', stat('s', 'huisclos_backup_age_seconds')),
  panel('Certificat', 'Certificate', stat('d', 'huisclos_certificate_days_left')),
  panel('En marche depuis', 'Up for', stat('s', 'time() - process_start_time_seconds')),
  panel(
    'Durée des appels, p95',
    'Call durations, p95',
    lines('s', [
      'histogram_quantile(0.95, sum by (le, kind) (rate(huisclos_call_duration_seconds_bucket[5m])))',
      '{{kind}}',
    ]),
  ),
  panel(
    'Appels par code HTTP',
    'Calls by HTTP status',
    lines('reqps', ['sum by (status) (rate(huisclos_calls_total[5m]))', '{{status}}']),
  ),
  panel(
    'Requêtes',
    'Queries',
    lines(
      'short',
      ['huisclos_queries_running', 'running'],
      ['huisclos_queries_waiting', 'waiting'],
      ['huisclos_bulles_open', 'bulles'],
    ),
  ),
  panel(
    'Issue des requêtes',
    'How queries end',
    lines(
      'short',
      ['rate(huisclos_queries_released_total[5m])', 'released'],
      ['sum by (code) (rate(huisclos_queries_refused_total[5m]))', '{{code}}'],
      ['sum by (cause) (rate(huisclos_queries_aborted_total[5m]))', 'aborted: {{cause}}'],
    ),
  ),
  panel(
    'Refus par code',
    'Refusals by code',
    lines('short', ['sum by (code) (rate(huisclos_refusals_total[5m]))', '{{code}}']),
  ),
  panel(
    'Processus de travail en vie',
    'Workers alive',
    lines('short', ['huisclos_workers_alive', '{{worker}}']),
  ),
  panel(
    'Processus de travail tombés',
    'Workers killed',
    lines('short', [
      'sum by (cause) (increase(huisclos_worker_ends_total{cause!="aborted"}[5m]))',
      '{{cause}}',
    ]),
  ),
  panel('Dépôts', 'Deposits', lines('short', ['huisclos_deposits', '{{status}}'])),
  panel('Sessions', 'Sessions', lines('short', ['huisclos_sessions_open', 'open'])),
  panel(
    'Journal : écriture',
    'Log: appends',
    lines(
      's',
      ['histogram_quantile(0.5, rate(huisclos_audit_append_seconds_bucket[5m]))', 'p50'],
      ['histogram_quantile(0.99, rate(huisclos_audit_append_seconds_bucket[5m]))', 'p99'],
    ),
  ),
  panel(
    'Journal : entrées',
    'Log: entries',
    lines('short', ['deriv(huisclos_audit_entries[5m])', 'entries/s']),
  ),
  panel(
    'Journal : signature',
    'Log: signing',
    lines(
      'short',
      ['huisclos_audit_unsigned_entries', 'unsigned'],
      ['huisclos_audit_checkpoint_age_seconds', 'checkpoint age, s'],
    ),
  ),
  panel('Témoins', 'Witnesses', lines('short', ['huisclos_witness_cosigning', '{{witness}}'])),
  panel('Disques', 'Disks', lines('bytes', ['huisclos_disk_free_bytes', '{{disk}}'])),
  panel(
    'Connexions à la base',
    'Database connections',
    lines('short', ['huisclos_database_connections', '{{state}}']),
  ),
  panel(
    'Mémoire',
    'Memory',
    lines('bytes', ['process_resident_memory_bytes', 'resident'], ['nodejs_heap_size_used_bytes', 'heap']),
  ),
  panel(
    'Processeur et boucle',
    'Processor and loop',
    lines(
      'short',
      ['rate(process_cpu_seconds_total[5m])', 'cores'],
      ['huisclos_event_loop_delay_seconds{quantile="0.99"}', 'loop delay p99, s'],
    ),
  ),
  panel('Descripteurs', 'Descriptors', lines('short', ['process_open_fds', 'open'])),
]

/** Stats eight in a row, lines three in a row. */
export function dashboardFile(list: readonly Panel[] = panels): string {
  const stats = list.filter(({ kind }) => kind === 'stat')
  const series = list.filter(({ kind }) => kind === 'timeseries')
  const placed = [
    ...stats.map((one, at) => drawn(one, { h: 4, w: 3, x: (at % 8) * 3, y: 4 * Math.floor(at / 8) })),
    ...series.map((one, at) => drawn(one, { h: 8, w: 8, x: (at % 3) * 8, y: 8 + 8 * Math.floor(at / 3) })),
  ].map((one, at) => ({ id: at + 1, ...one }))
  const datasource = { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }
  const dashboard = {
    ...{ uid: 'huisclos', title: 'huisclos', tags: ['huisclos'], schemaVersion: 39, version: 1 },
    ...{ editable: true, refresh: '30s', time: { from: 'now-6h', to: 'now' }, timezone: 'browser' },
    templating: { list: [datasource] },
    panels: placed,
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

interface Place {
  readonly h: number
  readonly w: number
  readonly x: number
  readonly y: number
}

function drawn({ title, kind, unit = 'short', targets }: Panel, gridPos: Place): object {
  return {
    type: kind,
    title: `${title.fr} · ${title.en}`,
    gridPos,
    datasource: { type: 'prometheus', uid: '$datasource' },
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: targets.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat,
    })),
  }
}
