/** The extract that a profile is asked on: sealed as that of a permit, for these columns alone, under a key that nobody keeps. */
import { randomBytes } from 'node:crypto'
import type { AtRest } from '../../keys/at-rest.ts'
import { whileOpen } from '../../keys/copies.ts'
import type { Bulle } from '../bulle.ts'
import { bulleTable } from '../bulle-of.ts'
import type { Version } from '../catalogue.ts'
import type { Descriptor } from '../descriptor.ts'
import { exclusionOf } from '../exclusion.ts'
import { openVersion } from '../integrity.ts'
import type { OptOutRegister } from '../opt-out-register.ts'
import { domainOf } from '../relations.ts'
import { described, sealByOrder, sealingMemory } from '../sealing.ts'
import type { SealingProcess } from '../sealing-process.ts'
import type { WantedTable } from './wanted.ts'

export interface ProfileExtract {
  readonly descriptor: Descriptor
  readonly version: Version
  readonly tables: readonly WantedTable[]
  /** An empty folder of the clear area. */
  readonly folder: string
}

/** Persons who object by now are not in it. Refusal UNAVAILABLE when the files of the version are not those published. */
export async function extractForProfile(
  needs: SealingProcess & {
    readonly atRest: AtRest
    readonly optOuts: Pick<OptOutRegister, 'list' | 'version'>
  },
  { descriptor, version, tables, folder }: ProfileExtract,
): Promise<Bulle> {
  const { name: dataset, holder, threshold } = descriptor
  const domain = domainOf(descriptor)
  const latest = await needs.optOuts.version(domain)
  const all = latest === 0 ? [] : await needs.optOuts.list(domain)
  const order = {
    ...{ descriptor, out: folder, key: randomBytes(32), memoryBytes: sealingMemory },
    tables: tables.map(({ name, days, columns }) => ({
      name,
      columns: [...(days === undefined ? [] : [days]), ...columns.map((one) => one.name)],
    })),
    excluded: exclusionOf({ all, latest, applied: undefined }).pseudonyms,
  }
  const sealed = await whileOpen(async (hold) =>
    sealByOrder(needs, { ...order, version: await hold(openVersion(needs.atRest, version)) }),
  )
  const k = Math.max(11, threshold)
  return {
    id: `profile-${version.manifestSha256.replace(/^sha256:/, '').slice(0, 24)}`,
    project: 'profile',
    k,
    tables: sealed.tables.map((table) =>
      bulleTable({ extract: { dataset, domain }, folder }, described(descriptor, table)),
    ),
    datasets: [{ name: dataset, version: version.version, holder, k }],
  }
}
