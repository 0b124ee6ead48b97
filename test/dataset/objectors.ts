/** A cohort of forty persons, some of whom object; and what a project sees of it. */
import type { Bulle } from '../../services/dataset/bulle.ts'
import { type Bulles, type BullesNeeds, openBulles } from '../../services/dataset/bulles.ts'
import { type OptOutNeeds, registerOptOuts } from '../../services/dataset/opt-outs.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import type { TestDatabase } from '../house.ts'
import { queryParquet } from './parquet.ts'
import { declare, deposit, fixedClock, openRoom, type Room, rouen } from './room.ts'

/** The first-level pseudonym of one of them. */
export const named = (index: number) => `h1k01_${index.toString(16).padStart(32, '0')}`
export const persons = Array.from({ length: 40 }, (_, index) => index)

const cohort = (name: string, domain = `domain-${name}`) => ({
  ...{ name, kind: 'personal', holder: 'chu-rouen', domain },
  resources: [
    {
      name: 'people',
      schema: {
        fields: [
          { name: 'id', role: 'unit' },
          { name: 'twin', role: 'unit-reference' },
          { name: 'label' },
          { name: 'wing' },
        ],
      },
    },
    {
      name: 'stays',
      schema: {
        foreignKeys: [{ fields: ['person'], reference: { resource: 'people', fields: ['id'] } }],
        fields: [{ name: 'person' }, { name: 'stay', role: 'key' }, { name: 'note' }],
      },
    },
  ],
})

interface Shape {
  /** Persons from 0 who have a stay; all of them unless said. */
  readonly stays?: number
  /** Persons from 0. */
  readonly people?: number
}

/** The next person is one's twin. */
export function filesOf({ stays = 40, people = 40 }: Shape = {}) {
  const all = Array.from({ length: people }, (_, index) => index)
  const row = (i: number) => `${named(i)};${named((i + 1) % people)};canary-${i};w`
  return {
    people: `id;twin;label;wing\n${all.map(row).join('\n')}\n`,
    stays: `person;stay;note\n${all
      .filter((i) => i < stays)
      .map((i) => `${named(i)};s${i};note-${i}`)
      .join('\n')}\n`,
  }
}

export interface World {
  readonly room: Room
  readonly bulles: Bulles
  /** The hour that all of it goes by. */
  readonly clock: { now: () => number; set: (at: number) => void }
  readonly needs: OptOutNeeds
  publish(name: string, shape?: Shape & { readonly domain?: string }): Promise<void>
  object(dataset: string, ...who: readonly number[]): ReturnType<typeof registerOptOuts>
  /** Bulles on the same home, as after a restart. */
  again(more?: Partial<BullesNeeds>): Bulles
  close(): Promise<void>
}

export async function openWorld(more: Partial<BullesNeeds> = {}, database?: TestDatabase): Promise<World> {
  const room = await openRoom(database)
  const parser: Parser = await openParser({ processes: 1 })
  let now = fixedClock.now()
  const clock = {
    now: () => now,
    set: (at: number) => {
      now = at
    },
  }
  const { home, atRest, keyring, catalogue, audit, optOuts } = room
  const opened: Bulles[] = []
  const again = (others: Partial<BullesNeeds> = {}) => {
    const shared = { home, atRest, keyring, catalogue, audit, optOuts, parser, log: silentLog, clock }
    const bulles = openBulles({ ...shared, memoryBytes: 256 * 1024 ** 2, ...more, ...others })
    opened.push(bulles)
    return bulles
  }
  const needs = { ...room.needs, clock }
  return {
    ...{ room, clock, needs, again, bulles: again() },
    async publish(name, { domain, ...shape } = {}) {
      await declare(room.needs, cohort(name, domain))
      const shown = await deposit(room.needs, name, filesOf(shape))
      if (shown.status !== 'accepted') throw new Error(`the deposit is ${shown.status}`)
    },
    object: (dataset, ...who) => registerOptOuts(needs, rouen, { dataset, pseudonyms: who.map(named) }),
    async close() {
      for (const bulles of opened) await bulles.close()
      await parser.close()
      await room.close()
    },
  }
}

interface Wanted {
  /** Datasets; one line each. */
  readonly datasets: readonly string[]
  readonly columns?: readonly string[]
  readonly mode?: 'ehds71_3'
}

export function permitOf(base: string, { datasets, columns = ['id', 'twin', 'label'], mode }: Wanted) {
  const tables = { people: { columns }, stays: { columns: ['person', 'stay', 'note'] } }
  const line = { holder: 'chu-rouen', k: 11, holderAct: 'countersign', holderJws: '', tables }
  const lines = datasets.map((dataset, index) => ({ ...line, dataset, id: `L${index + 1}` }))
  const permit = { base, lines, ...(mode && { optOut: { mode } }) }
  const standing = { openLines: lines.map(({ id }) => id), suspendedLines: [] }
  const lead = { issuer: 'demo', subject: 'alice', organisation: 'lab' }
  // The rest of a permit is nothing to the room of datasets.
  return { permit, standing, lead } as unknown as CurrentPermit
}

/** The extract that a project has now, sealed when it is not. */
export async function sealed(bulles: Bulles, current: CurrentPermit): Promise<Bulle> {
  bulles.seal(current)
  await bulles.idle()
  return bulles.of(current)
}

/** After opt-outs were looked at. */
export async function renewed(bulles: Bulles, current: CurrentPermit): Promise<Bulle> {
  bulles.renew()
  await bulles.idle()
  return bulles.of(current)
}

export function fileOf(bulle: Bulle, table: string, dataset = bulle.tables[0]?.dataset): string {
  const found = bulle.tables.find((one) => one.name === table && one.dataset === dataset)
  if (found === undefined) throw new Error(`no table ${table}`)
  return found.mount.file
}

export async function column(bulle: Bulle, table: string, name: string): Promise<readonly string[]> {
  const file = fileOf(bulle, table)
  const rows = await queryParquet(`SELECT ${name} FROM read_parquet('${file}') WHERE ${name} IS NOT NULL`)
  return rows.flat().map(String).sort()
}
