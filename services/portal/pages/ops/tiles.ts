/** What the tiles of the operator's page say, from figures alone: each is good or names what is wrong. Pure. */

import { bytesOf, numberOf } from '../../format.ts'
import type { Tone } from '../../parts/mark.tsx'
import type { KeyOf } from '../../text.ts'
import type fr from '../../words/ops.fr.json'
import type { Figures } from './figures.ts'

type Word = KeyOf<typeof fr>

export interface Tile {
  readonly name: Word
  readonly tone: Tone
  /** What is the case, and what to do where it is not good. */
  readonly says: readonly (readonly [Word, Readonly<Record<string, string | number>>])[]
}

const day = 86_400

export function tilesOf(figures: Figures): readonly Tile[] {
  return [
    log(figures),
    database(figures),
    engine(figures),
    disks(figures),
    queries(figures),
    witnesses(figures),
  ].concat(certificate(figures), backup(figures), machine(figures))
}

function log({ value }: Figures): Tile {
  const free = value('audit_free_bytes') ?? 0
  const floor = value('audit_floor_bytes') ?? 0
  const tone = free < floor ? 'bad' : free < 10 * floor ? 'warn' : 'good'
  return {
    name: 'log',
    tone,
    says: [
      ['log.entries', { count: numberOf(value('audit_entries') ?? 0) }],
      ['log.free', { bytes: bytesOf(free) }],
      ...(tone === 'good' ? [] : [['log.remedy', { bytes: bytesOf(floor) }] as const]),
    ],
  }
}

function database({ value }: Figures): Tile {
  const isUp = value('database_up') === 1
  const used = value('database_connections', { state: 'used' }) ?? 0
  const waiting = value('database_connections', { state: 'waiting' }) ?? 0
  return {
    name: 'database',
    tone: !isUp ? 'bad' : waiting > 0 ? 'warn' : 'good',
    says: [isUp ? ['database.up', { used, waiting }] : ['database.down', {}]],
  }
}

function engine({ value, all }: Figures): Tile {
  const isBoxed = value('sandboxed') === 1
  const alive = all('workers_alive').reduce((sum, one) => sum + one.value, 0)
  const crashed = all('worker_ends_total')
    .filter(({ labels }) => labels.cause !== 'aborted')
    .reduce((sum, one) => sum + one.value, 0)
  return {
    name: 'engine',
    tone: isBoxed ? 'good' : 'warn',
    says: [
      [isBoxed ? 'engine.boxed' : 'engine.bare', {}],
      ['engine.workers', { alive, crashed }],
    ],
  }
}

function disks({ value, all }: Figures): Tile {
  const sizes = all('disk_size_bytes').map(({ labels, value: size }) => {
    const free = value('disk_free_bytes', labels) ?? 0
    return { disk: labels.disk ?? '', free, share: size > 0 ? free / size : 1 }
  })
  const least = Math.min(1, ...sizes.map(({ share }) => share))
  return {
    name: 'disks',
    tone: least < 0.05 ? 'bad' : least < 0.15 ? 'warn' : 'good',
    says: [
      ...sizes.map(({ disk, free, share }) => {
        const word = disk === 'memory' ? 'disks.memory' : 'disks.home'
        return [word, { bytes: bytesOf(free), percent: numberOf(Math.round(share * 100)) }] as const
      }),
      ...(least < 0.15 ? [['disks.remedy', {}] as const] : []),
    ],
  }
}

function queries({ value, all }: Figures): Tile {
  const waiting = value('queries_waiting') ?? 0
  return {
    name: 'queries',
    tone: waiting > 0 ? 'wait' : 'good',
    says: [
      ['queries.now', { running: value('queries_running') ?? 0, waiting }],
      ['queries.released', { count: numberOf(value('queries_released_total') ?? 0) }],
      [
        'queries.checking',
        { count: all('deposits').find(({ labels }) => labels.status === 'checking')?.value ?? 0 },
      ],
    ],
  }
}

function witnesses({ value }: Figures): Tile {
  const age = value('witness_quorum_age_seconds')
  const conflicts = value('witness_conflicts_total') ?? 0
  if (conflicts > 0)
    return { name: 'witnesses', tone: 'bad', says: [['witnesses.conflict', { count: conflicts }]] }
  if (age === undefined || Number.isNaN(age))
    return { name: 'witnesses', tone: 'plain', says: [['witnesses.none', {}]] }
  const minutes = numberOf(Math.round(age / 60))
  const tone = age > 3600 ? 'bad' : age > 300 ? 'warn' : 'good'
  return { name: 'witnesses', tone, says: [['witnesses.age', { minutes }]] }
}

/** A node behind a proxy has none of its own. */
function certificate({ value }: Figures): readonly Tile[] {
  const left = value('certificate_days_left')
  if (left === undefined || Number.isNaN(left)) return []
  const days = Math.floor(left)
  return [
    {
      name: 'certificate',
      tone: days < 7 ? 'bad' : days < 30 ? 'warn' : 'good',
      says: [
        ['certificate.days', { count: days }],
        ...(days < 30 ? [['certificate.remedy', {}] as const] : []),
      ],
    },
  ]
}

function backup({ value }: Figures): readonly Tile[] {
  const age = value('backup_age_seconds')
  const verified = value('backup_verified_age_seconds')
  const isOld = age === undefined || Number.isNaN(age) || age > 2 * day
  const told = (seconds: number | undefined) =>
    seconds === undefined || Number.isNaN(seconds) ? undefined : numberOf(seconds / day, 1)
  const [made, checked] = [told(age), told(verified)]
  return [
    {
      name: 'backup',
      tone: isOld ? 'warn' : 'good',
      says: [
        made === undefined ? ['backup.none', {}] : ['backup.age', { days: made }],
        ...(checked === undefined ? [] : [['backup.verified', { days: checked }] as const]),
        ...(isOld ? [['backup.remedy', {}] as const] : []),
      ],
    },
  ]
}

function machine({ value }: Figures): readonly Tile[] {
  const delay = value('event_loop_delay_seconds', { quantile: '0.99' }) ?? 0
  const since = value('process_start_time_seconds') ?? 0
  const jumps = value('clock_jumps_total') ?? 0
  return [
    {
      name: 'machine',
      tone: jumps > 0 ? 'warn' : 'good',
      says: [
        ['machine.memory', { bytes: bytesOf(value('process_resident_memory_bytes') ?? 0) }],
        ['machine.delay', { ms: numberOf(Math.round(delay * 1000)) }],
        ['machine.since', { days: numberOf((Date.now() / 1000 - since) / day, 1) }],
        ...(jumps > 0 ? [['machine.clock', { count: jumps }] as const] : []),
      ],
    },
  ]
}
