import { chmod, chown, mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { disk, inodes } from '../../../services/cli/doctor/home.ts'
import type { Case, Place } from './case.ts'

const gibibyte = 1024 ** 3
const room = (changes: object) => async () => ({
  ...{ bavail: 100 * gibibyte, blocks: 200 * gibibyte, bsize: 1, files: 1e7, ffree: 1e6 },
  ...changes,
})

const mount = (type: string) => async (place: Place) => {
  const line = (point: string, of: string) => `36 35 8:1 / ${point} rw,relatime shared:1 - ${of} /dev/x rw\n`
  await place.write('root/proc/self/mountinfo', line('/', 'ext4') + line(place.home, type))
  return {}
}

const aged = (folder: string, days: number) => async (place: Place) => {
  const path = await place.write(`home/${folder}/d1`, 'x')
  const then = Date.now() / 1000 - days * 24 * 3600
  await utimes(path, then, then)
  return {}
}

const running = { url: 'http://127.0.0.1:1', pid: process.pid }

export const homeCases: readonly Case[] = [
  {
    name: 'home',
    well: () => ({}),
    ill: {
      // root may write everywhere but where the kernel takes nothing.
      'that takes nothing': { when: () => ({ home: '/proc/1/task' }), severe: true, seen: /en écriture/ },
      'that is a file': {
        when: async (place) => ({ home: await place.write('file', '') }),
        ...{ severe: true, seen: /en écriture/ },
      },
    },
  },
  {
    name: 'home modes',
    well: async ({ home }) => {
      await mkdir(join(home, 'audit'))
      await chmod(join(home, 'audit'), 0o750)
      return {}
    },
    ill: {
      'open to others': {
        when: async ({ home }) => {
          await mkdir(join(home, 'keys'))
          await chmod(join(home, 'keys'), 0o755)
          return {}
        },
        ...{ severe: true, seen: /keys/ },
      },
      ...(process.getuid?.() === 0 && {
        'of somebody else': {
          when: async ({ home }: Place) => {
            await chown(home, 65534, 65534)
            return {}
          },
          ...{ severe: true, seen: /quelqu’un d’autre/ },
        },
      }),
    },
  },
  {
    name: 'file system',
    well: mount('xfs'),
    ill: {
      'of the network': { when: mount('nfs4'), severe: true, seen: /^nfs4$/ },
      'in memory': { when: mount('tmpfs'), severe: false, seen: /perdu/ },
    },
  },
  {
    name: 'disk',
    well: () => ({ check: disk(room({})) }),
    ill: {
      full: { when: () => ({ check: disk(room({ bavail: 1e6 })) }), severe: true, seen: /^0\.0 GiB$/ },
      low: {
        when: () => ({ check: disk(room({ bavail: 2 * gibibyte })) }),
        severe: false,
        seen: /^2\.0 GiB$/,
      },
    },
  },
  {
    name: 'inodes',
    well: () => ({ check: inodes(room({})) }),
    ill: {
      none: { when: () => ({ check: inodes(room({ ffree: 12 })) }), severe: true, seen: /^12$/ },
      few: { when: () => ({ check: inodes(room({ ffree: 5000 })) }), severe: false, seen: /^5000$/ },
    },
  },
  {
    name: 'residue',
    well: () => ({}),
    ill: {
      'of a sealing that was cut': {
        when: async (place) => {
          await place.write('home/bulles/P1/sealing-1/stays.parquet', '')
          return {}
        },
        ...{ severe: false, seen: /^1 restes/ },
      },
    },
  },
  {
    name: 'server file',
    well: async (place) => {
      await place.write('home/server.json', '{}')
      return { server: running }
    },
    ill: {
      'of a process that is gone': {
        when: async (place) => {
          await place.write('home/server.json', JSON.stringify({ url: running.url, pid: 2 ** 22 - 1 }))
          return {}
        },
        ...{ severe: false, seen: /n’est plus/ },
      },
    },
  },
  {
    name: 'uploads',
    well: aged('uploads', 2),
    ill: { 'that nobody goes on with': { when: aged('uploads', 8), severe: false, seen: /^1 envois/ } },
  },
  {
    name: 'quarantine',
    well: aged('deposits', 8),
    ill: { 'that nobody comes back to': { when: aged('deposits', 31), severe: false, seen: /^1 dépôts/ } },
  },
]
