/** Figures of the rooms: queries, deposits, sessions, the database, backups, the certificate, and what the node is. */
import { X509Certificate } from 'node:crypto'
import { countDeposits, depositStatuses } from '../../dataset/deposit-counts.ts'
import type { CountedVault } from '../../engine/engine.ts'
import { type Family, gauge } from '../../gateway/metrics.ts'
import { countSessions } from '../../identity/session-count.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { QueryTurns } from '../../query/turns.ts'
import { rawSql, type Store } from '../../store/store.ts'
import { type BackupTimes, backupTimes } from '../backup/record.ts'

export interface RoomsOn {
  readonly home: string
  readonly clock: Clock
  readonly store: Store
  readonly turns: Pick<QueryTurns, 'counts'>
  readonly vault: Pick<CountedVault, 'openBulles'>
  readonly readiness: { readonly ready: boolean }
  readonly isBoxed: boolean
  /** The certificate in use, where TLS ends here. */
  readonly certificate?: Uint8Array
  readonly about: { readonly version: string; readonly engine: string }
}

export function roomFamilies(on: RoomsOn): readonly Family[] {
  return [...stateFamilies(on), ...queryFamilies(on), ...databaseFamilies(on), ...keepingFamilies(on)]
}

function stateFamilies({ readiness, isBoxed, about }: RoomsOn): readonly Family[] {
  return [
    gauge(
      {
        name: 'huisclos_ready',
        help: { fr: '1 : tout est ouvert', en: '1: all is open' },
      },
      () => Number(readiness.ready),
    ),
    gauge(
      {
        name: 'huisclos_sandboxed',
        help: {
          fr: '1 : les processus de travail sont dans un bac à sable',
          en: '1: workers run in a sandbox',
        },
      },
      () => Number(isBoxed),
    ),
    {
      metric: {
        name: 'huisclos_build_info',
        type: 'gauge',
        help: {
          fr: 'Version du nœud et de son moteur ; toujours 1',
          en: 'Version of the node and of its engine; always 1',
        },
        labels: { version: 1, engine: 1 },
      },
      read: () => [{ labels: about, value: 1 }],
    },
  ]
}

function queryFamilies({ turns, vault }: RoomsOn): readonly Family[] {
  return [
    gauge(
      {
        name: 'huisclos_queries_running',
        help: { fr: 'Requêtes en cours', en: 'Queries running' },
      },
      () => turns.counts().running,
    ),
    gauge(
      {
        name: 'huisclos_queries_waiting',
        help: { fr: 'Requêtes qui attendent leur tour', en: 'Queries that wait for their turn' },
      },
      () => turns.counts().waiting,
    ),
    gauge(
      {
        name: 'huisclos_bulles_open',
        help: { fr: 'Bulles dont un moteur tourne', en: 'Bulles that have a running engine' },
      },
      () => vault.openBulles(),
    ),
  ]
}

function databaseFamilies({ store }: RoomsOn): readonly Family[] {
  const states = ['used', 'idle', 'waiting'] as const
  return [
    // Read before the others, which ask the database themselves and would be seen waiting here.
    {
      metric: {
        name: 'huisclos_database_connections',
        type: 'gauge',
        help: {
          fr: 'Connexions à la base ; waiting : appels qui en attendent une',
          en: 'Connections to the database; waiting: calls that wait for one',
        },
        labels: { state: states },
      },
      read: () => {
        const counts = store.connections()
        return states.map((state) => ({ labels: { state }, value: counts[state] }))
      },
    },
    gauge(
      {
        name: 'huisclos_database_up',
        help: { fr: '1 : la base répond', en: '1: the database answers' },
      },
      () =>
        within(rawSql`SELECT 1`.execute(store.db)).then(
          () => 1,
          () => 0,
        ),
    ),
    gauge(
      {
        name: 'huisclos_sessions_open',
        help: { fr: 'Sessions ouvertes', en: 'Open sessions' },
      },
      () => countSessions(store),
    ),
    {
      metric: {
        name: 'huisclos_deposits',
        type: 'gauge',
        help: { fr: 'Dépôts, par état', en: 'Deposits, by state' },
        labels: { status: depositStatuses },
      },
      read: async () =>
        [...(await countDeposits(store))].map(([status, value]) => ({ labels: { status }, value })),
    },
  ]
}

/** Before whoever asks for the figures gives up: a database that hangs is one that does not answer. */
function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('late')), 1_500)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function keepingFamilies({ home, clock, certificate }: RoomsOn): readonly Family[] {
  const none = Number.NaN
  const age = (of: (record: BackupTimes) => number | undefined) => async () => {
    const record = await backupTimes(home)
    const at = record === null ? undefined : of(record)
    return at === undefined ? none : (clock.now() - at) / 1000
  }
  const end = certificate === undefined ? none : Date.parse(new X509Certificate(certificate).validTo)
  return [
    gauge(
      {
        name: 'huisclos_backup_age_seconds',
        help: {
          fr: 'Âge de la dernière sauvegarde ; absent sans aucune',
          en: 'Age of the last backup; absent without one',
        },
      },
      age(({ at }) => at),
    ),
    gauge(
      {
        name: 'huisclos_backup_verified_age_seconds',
        help: {
          fr: 'Temps depuis la dernière sauvegarde vérifiée',
          en: 'Time since a backup was last verified',
        },
      },
      age(({ verifiedAt }) => verifiedAt),
    ),
    gauge(
      {
        name: 'huisclos_certificate_days_left',
        help: {
          fr: 'Jours du certificat TLS en service ; absent derrière un mandataire',
          en: 'Days left of the TLS certificate in use; absent behind a proxy',
        },
      },
      () => (end - clock.now()) / (24 * 3600 * 1000),
    ),
  ]
}
