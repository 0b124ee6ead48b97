/** The alert rules of a node: what is watched, from when on, and what to do. alerts.yml is written from this list. */
import type { Language } from '../../services/kernel/text.ts'

export interface Alert {
  readonly name: string
  /** PromQL, over figures of docs/operation.md alone. */
  readonly expr: string
  /** How long it must hold. */
  readonly lasts: string
  /** notice: in working hours; alarm: today; critical: now. */
  readonly severity: 'notice' | 'alarm' | 'critical'
  readonly says: Readonly<Record<Language, string>>
}

const day = 86_400

function alert(
  name: string,
  [severity, lasts, expr]: readonly [Alert['severity'], string, string],
  [fr, en]: readonly [string, string],
): Alert {
  return { name, expr, lasts, severity, says: { fr, en } }
}

/** The witnesses’ ages are those of the staleness rules: a notice at 5 minutes, an alarm at 1 hour, the end of new queries at 24. */
export const alerts: readonly Alert[] = [
  alert(
    'HuisclosDown',
    ['critical', '1m', 'up{job="huisclos"} == 0'],
    [
      'Le nœud ne répond pas. Lisez le code de sortie, puis huisclos doctor.',
      'The node does not answer. Read its exit status, then huisclos doctor.',
    ],
  ),
  alert(
    'HuisclosUnsandboxed',
    ['critical', '0m', 'huisclos_sandboxed == 0'],
    [
      'Sans bac à sable : pas de données réelles. apt install bubblewrap.',
      'Without a sandbox: no real data. apt install bubblewrap.',
    ],
  ),
  alert(
    'HuisclosWitnessesLate',
    ['notice', '0m', 'huisclos_witness_quorum_age_seconds > 300'],
    ['Le quorum des témoins a plus de 5 minutes.', 'The quorum of the witnesses is older than 5 minutes.'],
  ),
  alert(
    'HuisclosWitnessesStale',
    ['alarm', '0m', 'huisclos_witness_quorum_age_seconds > 3600'],
    [
      'Le quorum des témoins a plus d’une heure. Appelez leurs exploitants.',
      'The quorum of the witnesses is older than an hour. Call their operators.',
    ],
  ),
  alert(
    'HuisclosWitnessesLost',
    ['critical', '0m', `huisclos_witness_quorum_age_seconds > ${day}`],
    ['Le quorum des témoins a plus de 24 heures.', 'The quorum of the witnesses is older than 24 hours.'],
  ),
  alert(
    'HuisclosWitnessConflict',
    ['critical', '0m', 'increase(huisclos_witness_conflicts_total[1h]) > 0'],
    [
      'Un témoin contredit le journal. Appelez le DPO et les détenteurs.',
      'A witness contradicts the log. Call the DPO and the holders.',
    ],
  ),
  alert(
    'HuisclosLogRoomLow',
    ['alarm', '5m', 'huisclos_audit_free_bytes < 10 * 1024 * 1024 * 1024'],
    [
      'Moins de 10 GiB pour le journal. Libérez de la place.',
      'Less than 10 GiB for the log. Free some room.',
    ],
  ),
  alert(
    'HuisclosLogFull',
    ['critical', '0m', 'huisclos_audit_free_bytes < huisclos_audit_floor_bytes'],
    [
      'Le journal est plein : rien n’est inscrit, rien ne tourne.',
      'The log is full: nothing is recorded, nothing runs.',
    ],
  ),
  alert(
    'HuisclosLogSlow',
    ['alarm', '10m', 'histogram_quantile(0.99, rate(huisclos_audit_append_seconds_bucket[5m])) > 0.25'],
    ['Le disque du journal est lent.', 'The disk of the log is slow.'],
  ),
  alert(
    'HuisclosLogUnsigned',
    ['alarm', '1m', 'huisclos_audit_unsigned_entries > 0 and huisclos_audit_checkpoint_age_seconds > 60'],
    [
      'Des entrées ne sont pas signées : le fournisseur de clés répond-il ?',
      'Entries are not signed: does the key provider answer?',
    ],
  ),
  alert(
    'HuisclosDatabaseDown',
    ['critical', '1m', 'huisclos_database_up == 0'],
    ['La base ne répond pas : aucune requête ne part.', 'The database does not answer: no query begins.'],
  ),
  alert(
    'HuisclosDatabaseBusy',
    ['notice', '5m', 'huisclos_database_connections{state="waiting"} > 0'],
    ['Des appels attendent une connexion à la base.', 'Calls wait for a connection to the database.'],
  ),
  alert(
    'HuisclosWorkersKilled',
    [
      'alarm',
      '0m',
      'sum(increase(huisclos_worker_ends_total{cause=~"memory|crash|deadline|died"}[10m])) > 10',
    ],
    [
      'Des processus de travail tombent. Qui interroge, et quoi ? Voyez les anomalies.',
      'Workers fall. Who asks, and what? See the anomalies.',
    ],
  ),
  alert(
    'HuisclosEngineDrift',
    ['critical', '0m', 'increase(huisclos_worker_ends_total{cause="drift"}[1h]) > 0'],
    [
      'Un moteur n’avait plus ses réglages. Appelez les développeurs.',
      'An engine had lost its settings. Call the developers.',
    ],
  ),
  alert(
    'HuisclosQueriesWait',
    ['notice', '10m', 'huisclos_queries_waiting > 20'],
    ['Plus de 20 requêtes attendent.', 'More than 20 queries wait.'],
  ),
  alert(
    'HuisclosUnavailable',
    ['alarm', '5m', 'sum(rate(huisclos_calls_total{status="503"}[5m])) > 0.1'],
    ['Le nœud répond 503 : base, journal ou disque.', 'The node answers 503: database, log or disk.'],
  ),
  alert(
    'HuisclosFailures',
    ['notice', '0m', 'sum(increase(huisclos_calls_total{status="500"}[10m])) > 0'],
    ['Une erreur de notre fait. Signalez-la avec sa trace.', 'A bug of ours. Report it with its trace.'],
  ),
  alert(
    'HuisclosSignInsRefused',
    ['notice', '0m', 'increase(huisclos_refusals_total{code="UNAUTHENTICATED"}[10m]) > 100'],
    [
      'Beaucoup d’identités refusées : un fournisseur en panne, ou une attaque.',
      'Many refused identities: an issuer that is down, or an attack.',
    ],
  ),
  alert(
    'HuisclosClockJumped',
    ['critical', '0m', 'increase(huisclos_clock_jumps_total[1h]) > 0'],
    ['L’horloge a sauté. Réglez-la (NTP) avant tout.', 'The clock has jumped. Set it (NTP) before all else.'],
  ),
  alert(
    'HuisclosClearMemoryLow',
    [
      'alarm',
      '5m',
      'huisclos_disk_free_bytes{disk="memory"} / huisclos_disk_size_bytes{disk="memory"} < 0.1',
    ],
    [
      'La mémoire partagée est presque pleine : des bulles ne s’ouvriront pas.',
      'Shared memory is nearly full: bulles will not open.',
    ],
  ),
  alert(
    'HuisclosInodesLow',
    ['alarm', '5m', 'huisclos_disk_free_inodes{disk="home"} < 100000'],
    ['Bientôt plus d’inodes.', 'Inodes run out.'],
  ),
  alert(
    'HuisclosSlowLoop',
    ['notice', '10m', 'huisclos_event_loop_delay_seconds{quantile="0.99"} > 0.1'],
    ['La passerelle est trop occupée pour répondre vite.', 'The gateway is too busy to answer fast.'],
  ),
  alert(
    'HuisclosCertificateEnds',
    ['alarm', '0m', 'huisclos_certificate_days_left < 30'],
    [
      'Le certificat TLS finit dans moins de 30 jours. Renouvelez-le, relancez.',
      'The TLS certificate ends within 30 days. Renew it, start again.',
    ],
  ),
  alert(
    'HuisclosBackupOld',
    ['alarm', '1h', `huisclos_backup_age_seconds > ${2 * day} or absent(huisclos_backup_age_seconds)`],
    ['Pas de sauvegarde depuis deux jours.', 'No backup for two days.'],
  ),
  alert(
    'HuisclosBackupUnverified',
    ['notice', '1h', `huisclos_backup_verified_age_seconds > ${31 * day}`],
    [
      'Aucune sauvegarde vérifiée depuis un mois : huisclos verify-backup.',
      'No backup was verified for a month: huisclos verify-backup.',
    ],
  ),
  alert(
    'HuisclosDepositsWait',
    ['notice', '1h', 'huisclos_deposits{status="checking"} > 20'],
    ['Des dépôts attendent leur contrôle.', 'Deposits wait for their checks.'],
  ),
]

/** A text between double quotes is the same in JSON and in YAML. */
export function alertsFile(rules: readonly Alert[] = alerts): string {
  const lines = rules.flatMap(({ name, expr, lasts, severity, says }) => [
    `      - alert: ${name}`,
    `        expr: ${JSON.stringify(expr)}`,
    `        for: ${lasts}`,
    '        labels:',
    `          severity: ${severity}`,
    '        annotations:',
    `          summary: ${JSON.stringify(says.fr)}`,
    `          summary_en: ${JSON.stringify(says.en)}`,
  ])
  return `${['# Written by npm run generate from infra/prometheus/alerts.ts.', 'groups:', '  - name: huisclos', '    rules:', ...lines].join('\n')}\n`
}
