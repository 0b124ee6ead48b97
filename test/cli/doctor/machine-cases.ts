import { containment } from '../../../services/cli/doctor/containment.ts'
import { arrow, engine, engineSnapshot } from '../../../services/cli/doctor/engine.ts'
import { nodeLife, nodeVersion, packages, timeZones } from '../../../services/cli/doctor/machine.ts'
import { type Case, type Place, production } from './case.ts'
import { answering } from './written-cases.ts'

/** A file as the kernel writes it. */
const kernel = (path: string, text: string) => async (place: Place) => {
  await place.write(`root/${path}`, text)
  return {}
}

const limits = (files: number | string, core: number | string) =>
  kernel(
    'proc/self/limits',
    `Limit                     Soft Limit           Hard Limit           Units\nMax core file size        ${core}                unlimited            bytes\nMax open files            ${files}                 1048576              files\n`,
  )
const swaps = (device: string) => `Filename\tType\tSize\tUsed\tPriority\n${device} partition 1 0 -2\n`
const day = (iso: string) => ({ now: () => Date.parse(iso) })
const noBox = containment(async () => ({ kind: 'none', why: 'start', could: [] }))
/** A box that does not start, on a kernel that says this of itself. */
const refusedBy = (path: string, text: string) => async (place: Place) => {
  await place.write(`root/${path}`, text)
  return { ...(await production(place)), check: noBox }
}
const lost = async () => {
  throw new Error('no engine')
}

export const machineCases: readonly Case[] = [
  {
    name: 'node',
    well: () => ({ check: nodeVersion('20.19.0') }),
    ill: {
      'an old line': { when: () => ({ check: nodeVersion('18.20.4') }), severe: true, seen: /18\.20\.4/ },
    },
  },
  {
    name: 'node life',
    well: () => ({ check: nodeLife('24.11.0'), ...day('2026-11-22') }),
    ill: {
      'a line without fixes': {
        when: () => ({ check: nodeLife('20.20.2'), ...day('2026-11-22') }),
        ...{ severe: false, seen: /plus corrigé/ },
      },
      'a line that nobody keeps': { when: () => ({ check: nodeLife('23.1.0') }), severe: false, seen: /23/ },
    },
  },
  {
    name: 'packages',
    well: () => ({}),
    ill: {
      'one missing': {
        when: () => ({ check: packages(['duckdb', 'no-such']) }),
        severe: true,
        seen: /^no-such$/,
      },
    },
  },
  {
    name: 'time zones',
    well: () => ({}),
    ill: {
      'no table of the zone': {
        when: () => ({ check: timeZones('Europe/Nowhere') }),
        severe: true,
        seen: /Nowhere/,
      },
    },
  },
  {
    name: 'engine',
    well: () => ({}),
    ill: {
      'does not load': { when: () => ({ check: engine(lost) }), severe: true, seen: /ne se charge pas/ },
      'is another one': {
        when: () => ({ check: engine(async () => ({ version: 'v9.9.9', functions: [] })) }),
        ...{ severe: true, seen: /v9\.9\.9/ },
      },
    },
  },
  {
    name: 'engine snapshot',
    well: () => ({}),
    ill: {
      'another catalogue': {
        when: () => ({
          check: engineSnapshot(async () => ({ version: '', functions: [['read_mail', 'table']] })),
        }),
        ...{ severe: true, seen: /relevé/ },
      },
    },
  },
  {
    name: 'arrow',
    well: () => ({ check: arrow(async () => 'direct') }),
    ill: {
      'no direct way': { when: () => ({ check: arrow(lost) }), severe: false, seen: /plus lent \(crash\)/ },
    },
  },
  {
    name: 'sandbox',
    well: () => ({ check: containment(async () => ({ kind: 'bubblewrap' })) }),
    ill: {
      'in production': {
        when: async (place) => ({
          ...(await production(place)),
          check: containment(async () => ({ kind: 'none', why: 'programs', could: [] })),
        }),
        ...{ severe: true, seen: /\(programs\)/ },
      },
      'in a demonstration': { when: () => ({ check: noBox }), severe: false, seen: /\(start\)/ },
      'a probe that gets out': {
        when: () => ({ check: containment(async () => ({ kind: 'none', why: 'probe', could: ['socket'] })) }),
        ...{ severe: false, seen: /\(probe, socket\)/ },
      },
      'no user namespaces': {
        when: refusedBy('proc/sys/user/max_user_namespaces', '0\n'),
        ...{ severe: true, seen: /\(namespaces\)/ },
      },
      'user namespaces for root alone': {
        when: refusedBy('proc/sys/kernel/unprivileged_userns_clone', '0\n'),
        ...{ severe: true, seen: /\(clone\)/ },
      },
      AppArmor: {
        when: refusedBy('proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1\n'),
        ...{ severe: true, seen: /\(apparmor\)/ },
      },
      seccomp: {
        when: refusedBy('proc/self/status', 'Name:\tnode\nSeccomp:\t2\n'),
        severe: true,
        seen: /\(seccomp\)/,
      },
      'a masked /proc': {
        when: refusedBy('proc/self/mountinfo', '36 35 0:5 / /proc/kcore rw - tmpfs tmpfs rw\n'),
        ...{ severe: true, seen: /\(proc\)/ },
      },
    },
  },
  {
    name: 'cgroup',
    well: async (place) => {
      await place.write('root/proc/self/cgroup', '0::/huisclos\n')
      await place.write('root/sys/fs/cgroup/huisclos/cgroup.procs', '')
      await place.write('root/sys/fs/cgroup/huisclos/cgroup.controllers', 'cpuset cpu io memory pids\n')
      return {}
    },
    ill: {
      'not delegated': { when: kernel('proc/self/cgroup', '0::/\n'), severe: false, seen: /non délégué/ },
      'a running node that found none': {
        when: (place) => answering(place, { '/healthz': { json: { workerGroups: false } } }),
        ...{ severe: false, seen: /non délégué/ },
      },
    },
  },
  {
    name: 'clear memory',
    // Whatever this machine has, a declared volume is the word of its operator.
    well: (place) => production(place, { clear: { volume: place.home } }),
    ill: {
      'none in production': { when: production, severe: true, seen: /manque/ },
      'a disk in its place': {
        when: async (place) => {
          await place.write('root/dev/shm/on-disk', '')
          return production(place)
        },
        ...{ severe: true, seen: /en mémoire/ },
      },
      'a declared volume that is not mounted': {
        when: (place) => production(place, { clear: { volume: '/nowhere/clear' } }),
        ...{ severe: true, seen: /nowhere/ },
      },
    },
  },
  {
    name: 'memory',
    well: kernel('proc/meminfo', 'MemTotal: 8000000 kB\nMemAvailable:    4000000 kB\n'),
    ill: {
      little: {
        when: kernel('proc/meminfo', 'MemTotal: 8000000 kB\nMemAvailable:    400000 kB\n'),
        ...{ severe: false, seen: /0\.4 GiB/ },
      },
    },
  },
  {
    name: 'open files',
    well: limits(65536, 0),
    ill: {
      few: { when: limits(256, 0), severe: true, seen: /^256$/ },
      'not many': { when: limits(2048, 0), severe: false, seen: /^2048$/ },
    },
  },
  {
    name: 'core dumps',
    well: limits(65536, 0),
    ill: { allowed: { when: limits(65536, 'unlimited'), severe: false, seen: /mémoire du nœud/ } },
  },
  {
    name: 'swap',
    well: async (place) => {
      await place.write('root/proc/swaps', swaps('/dev/dm-1'))
      await place.write('root/sys/block/dm-1/dm/uuid', 'CRYPT-PLAIN-swap\n')
      return production(place)
    },
    ill: {
      'in clear, in production': {
        when: async (place) => {
          await place.write('root/proc/swaps', swaps('/dev/sda2'))
          return production(place)
        },
        ...{ severe: true, seen: /sda2/ },
      },
      'on a volume that is not encrypted': {
        when: async (place) => {
          await place.write('root/sys/block/dm-1/dm/uuid', 'LVM-x\n')
          return kernel('proc/swaps', swaps('/dev/dm-1'))(place)
        },
        ...{ severe: false, seen: /dm-1/ },
      },
    },
  },
]
