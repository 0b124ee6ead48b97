import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openWitnessing } from '../../../services/audit/witness/collector.ts'
import { log } from '../../../services/cli/doctor/log.ts'
import { silentLog } from '../../../services/kernel/log.ts'
import { fillLog, openHome } from '../../audit/open-log.ts'
import { openWitness } from '../../audit/witnesses.ts'
import { type Case, openBlackHole, type Place } from './case.ts'

const wroteAt = Date.parse('2026-03-01T09:00:00.000Z')
const after = (minutes: number) => ({ now: () => wroteAt + minutes * 60_000 })

/** A log of some entries in the home of this place; `witnesses` of them are named, and asked once. */
async function logged(place: Place, { witnesses = 0 } = {}) {
  const from = await openHome()
  place.keep(from.remove)
  const audit = await from.open()
  await fillLog(audit, 3)
  await audit.checkpoint()
  const { clock } = from
  const now = () => clock.now()
  const shard = join(from.home, 'audit', '2026')
  const all = await Promise.all(
    Array.from({ length: witnesses }, (_, at) => openWitness(`w${at}`, { shard, now })),
  )
  for (const one of all) place.keep(one.remove)
  if (witnesses > 0) {
    const policy = { witnesses: all, quorum: witnesses }
    const witnessing = openWitnessing({ audit, policy, clock, log: silentLog })
    await witnessing.round()
    await witnessing.close()
  }
  await audit.close()
  await cp(from.home, place.home, { recursive: true })
  const named = all.map(({ name, url, vkey }) => ({ name, url, vkey }))
  if (witnesses > 0)
    await place.write('home/witnesses.json', JSON.stringify({ witnesses: named, quorum: witnesses }))
  return { all, ...seenFrom(place) }
}

const seenFrom = ({ home }: Place) => ({ environment: { HUISCLOS_HOME: home }, ...after(1) })

/** The log with its witnesses, as a node of this process has it. */
async function witnessed(place: Place, minutes: number) {
  const { all: _all, ...about } = await logged(place, { witnesses: 2 })
  return { ...about, ...after(minutes), server: { url: 'http://127.0.0.1:1', pid: process.pid } }
}

export const logCases: readonly Case[] = [
  {
    name: 'audit log',
    well: logged,
    ill: {
      'with one byte changed': {
        when: async (place) => {
          const about = await logged(place)
          const path = join(place.home, 'audit', '2026', 'checkpoint')
          await writeFile(path, (await readFile(path, 'utf8')).replace('\n', 'x\n'))
          return about
        },
        ...{ severe: true, seen: /tampered/ },
      },
      'too long to wait for': {
        when: async (place) => ({ ...(await logged(place)), check: log(0) }),
        ...{ severe: false, seen: /long/ },
      },
    },
  },
  {
    name: 'last entry',
    well: logged,
    ill: {
      'in the future of this clock': {
        when: async (place) => ({ ...(await logged(place)), ...after(-60) }),
        ...{ severe: true, seen: /60 min dans l’avenir/ },
      },
    },
  },
  {
    name: 'log writable',
    well: logged,
    ill: {
      'without its folder': {
        when: async (place) => {
          const about = await logged(place)
          await rm(join(place.home, 'audit', '2026', 'wal'), { recursive: true })
          await place.write('home/audit/2026/wal', '')
          return about
        },
        ...{ severe: true, seen: /wal/ },
      },
      'held by somebody else': {
        when: async (place) => {
          const about = await logged(place)
          await place.write('home/owner', `${process.ppid} 1`)
          return about
        },
        ...{ severe: false, seen: /tenu par/ },
      },
    },
  },
  {
    name: 'witnesses',
    well: (place) => logged(place, { witnesses: 2 }),
    ill: {
      none: { when: logged, severe: false, seen: /aucun/ },
      'one that is silent, of two that must cosign': {
        when: async (place) => {
          const { all, ...about } = await logged(place, { witnesses: 2 })
          await all[0]?.close()
          return about
        },
        ...{ severe: true, seen: /1\/2 ; muets : w0/ },
      },
      'one that never answers': {
        when: async (place) => {
          const { all, ...about } = await logged(place, { witnesses: 1 })
          const url = `http://127.0.0.1:${await openBlackHole(place)}`
          const [{ name, vkey } = { name: '', vkey: '' }] = all
          await place.write('home/witnesses.json', JSON.stringify({ witnesses: [{ name, url, vkey }] }))
          return about
        },
        ...{ severe: true, seen: /0\/1 ; muets : w0/ },
      },
    },
  },
  {
    name: 'quorum',
    well: (place) => witnessed(place, 2),
    ill: {
      'older than five minutes': { when: (place) => witnessed(place, 10), severe: false, seen: /10 min/ },
      'older than an hour': { when: (place) => witnessed(place, 90), severe: true, seen: /90 min/ },
      'that never cosigned': {
        when: async (place) => {
          const about = await witnessed(place, 2)
          await rm(join(place.home, 'audit', '2026', 'cosigned'))
          return about
        },
        ...{ severe: false, seen: /jamais/ },
      },
    },
  },
]
