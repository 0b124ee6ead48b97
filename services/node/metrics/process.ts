/** Figures of this process, of its disks and of its workers. */
import { readdir, statfs } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type WorkerEnd, workerCounts } from '../../engine/worker-counts.ts'
import { type Family, gauge } from '../../gateway/metrics.ts'
import type { Closable } from '../../kernel/id.ts'

const workers = [
  'parser',
  'vault',
  'release',
  'builder',
  'seal',
  'reader',
  'previewer',
  'workbook',
  'arrow',
  'probe',
]
const ends: readonly WorkerEnd[] = ['deadline', 'memory', 'crash', 'aborted', 'drift', 'failed', 'died']

/** How late the event loop comes to its work, since the last reading. */
export function openLoopDelay(): Closable & { readonly family: Family } {
  const resolution = 20
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  const quantiles = { '0.5': 50, '0.99': 99, '1': 100 }
  return {
    family: {
      metric: {
        name: 'huisclos_event_loop_delay_seconds',
        type: 'gauge',
        help: {
          fr: 'Retard de la boucle d’événements depuis la lecture précédente, par quantile',
          en: 'Delay of the event loop since the reading before, by quantile',
        },
        labels: { quantile: Object.keys(quantiles) },
      },
      read() {
        const samples = Object.entries(quantiles).map(([quantile, percent]) => ({
          labels: { quantile },
          // What is measured is the time between two looks: the wait that was asked for is no delay.
          value: Math.max(0, delay.percentile(percent) / 1e9 - resolution / 1000),
        }))
        delay.reset()
        return samples
      },
    },
    close: async () => void delay.disable(),
  }
}

export function processFamilies(startedAt: number): readonly Family[] {
  return [
    gauge(
      {
        name: 'process_start_time_seconds',
        help: { fr: 'Début du processus', en: 'Start of the process' },
      },
      () => startedAt / 1000,
    ),
    gauge(
      {
        name: 'process_resident_memory_bytes',
        help: { fr: 'Mémoire résidente de la passerelle', en: 'Resident memory of the gateway process' },
      },
      () => process.memoryUsage.rss(),
    ),
    gauge(
      {
        name: 'nodejs_heap_size_used_bytes',
        help: { fr: 'Tas JavaScript utilisé', en: 'JavaScript heap in use' },
      },
      () => process.memoryUsage().heapUsed,
    ),
    {
      metric: {
        name: 'process_cpu_seconds_total',
        type: 'counter',
        help: { fr: 'Temps de processeur de la passerelle', en: 'Processor time of the gateway process' },
      },
      read: () => {
        const { user, system } = process.cpuUsage()
        return [{ value: (user + system) / 1e6 }]
      },
    },
    gauge(
      {
        name: 'process_open_fds',
        help: { fr: 'Descripteurs ouverts de la passerelle', en: 'Open descriptors of the gateway process' },
      },
      async () => (await readdir('/proc/self/fd')).length,
    ),
  ]
}

export const workerFamilies: readonly Family[] = [
  {
    metric: {
      name: 'huisclos_worker_starts_total',
      type: 'counter',
      help: { fr: 'Processus de travail lancés', en: 'Workers started' },
      labels: { worker: workers },
    },
    read: () => workerCounts().map(({ worker, started }) => ({ labels: { worker }, value: started })),
  },
  {
    metric: {
      name: 'huisclos_worker_ends_total',
      type: 'counter',
      help: {
        fr: 'Processus de travail finis, par cause ; aborted : rangés, comme tous à la fin',
        en: 'Workers ended, by cause; aborted: put away, as all are in the end',
      },
      labels: { worker: workers, cause: ends },
    },
    read: () =>
      workerCounts().flatMap(({ worker, ended }) =>
        ends.flatMap((cause) => {
          const value = ended[cause]
          return value === undefined ? [] : [{ labels: { worker, cause }, value }]
        }),
      ),
  },
  {
    metric: {
      name: 'huisclos_workers_alive',
      type: 'gauge',
      help: {
        fr: 'Processus de travail en vie',
        en: 'Workers alive',
      },
      labels: { worker: workers },
    },
    read: () =>
      workerCounts().map(({ worker, started, ended }) => ({
        labels: { worker },
        value: started - Object.values(ended).reduce((sum, one) => sum + one, 0),
      })),
  },
]

/** Disks by what they are for: never a path. */
export function diskFamilies(home: string): readonly Family[] {
  const disks = { home, memory: '/dev/shm' }
  const each = (name: string, help: Family['metric']['help'], value: (room: Room) => number): Family => ({
    metric: { name, type: 'gauge', help, labels: { disk: Object.keys(disks) } },
    read: () =>
      Promise.all(
        Object.entries(disks).map(async ([disk, folder]) => {
          const room = await statfs(folder).catch(() => null)
          return { labels: { disk }, value: room === null ? Number.NaN : value(room) }
        }),
      ),
  })
  return [
    each(
      'huisclos_disk_free_bytes',
      { fr: 'Place libre : dossier du nœud, mémoire partagée', en: 'Free room: home folder, shared memory' },
      ({ bavail, bsize }) => bavail * bsize,
    ),
    each(
      'huisclos_disk_size_bytes',
      { fr: 'Taille de ces disques', en: 'Size of those disks' },
      ({ blocks, bsize }) => blocks * bsize,
    ),
    each(
      'huisclos_disk_free_inodes',
      { fr: 'Inodes libres ; absent sans limite', en: 'Free inodes; absent where there is no limit' },
      ({ files, ffree }) => (files === 0 ? Number.NaN : ffree),
    ),
  ]
}

type Room = Readonly<Record<'bavail' | 'bsize' | 'blocks' | 'files' | 'ffree', number>>
