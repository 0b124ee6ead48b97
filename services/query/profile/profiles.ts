/**
 * The profiles of the latest versions: each made once, in the background, when it is first looked for, then read from a file.
 *
 *     profiles/<dataset>.json     of one version; the profile of a later one takes its place. Released figures, which are not sealed
 *
 * The extract lies in the clear area while a profile is made.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Audit } from '../../audit/record.ts'
import { absentIs } from '../../dataset/absent.ts'
import type { Dataset, Version } from '../../dataset/catalogue.ts'
import { openLane } from '../../dataset/lane.ts'
import type { OptOutRegister } from '../../dataset/opt-out-register.ts'
import { extractForProfile } from '../../dataset/profile/extract.ts'
import { type Profile, profileSchema } from '../../dataset/profile/profile.ts'
import { wantedOf } from '../../dataset/profile/wanted.ts'
import { canonical, sha256 } from '../../kernel/hash.ts'
import type { Closable } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import type { AtRest } from '../../keys/at-rest.ts'
import { whileOpen } from '../../keys/copies.ts'
import { type ExtractNeeds, thresholdsOn } from '../on-extract.ts'
import { makeProfile } from './make.ts'

export interface ProfilesNeeds extends ExtractNeeds {
  readonly home: string
  readonly atRest: AtRest
  readonly log: Log
  readonly audit: Audit
  readonly optOuts: Pick<OptOutRegister, 'list' | 'version'>
}

/** `none`: no version with a label, no table of persons, or it could not be made in the last minutes. */
export type FoundProfile =
  | { readonly status: 'ready'; readonly profile: Profile }
  | { readonly status: 'preparing' }
  | { readonly status: 'none' }

export interface Profiles extends Closable {
  /** The profile of the latest version; when there is none yet, it is begun, and this answers at once. */
  of(dataset: Pick<Dataset, 'descriptor' | 'latest'>): Promise<FoundProfile>
  /** Resolves when nothing is being made. */
  idle(): Promise<void>
}

const storedSchema = z.object({ manifestSha256: z.string(), profile: profileSchema })
const retryMs = 600_000

interface Task {
  readonly descriptor: Dataset['descriptor']
  readonly version: Version
}

export function openProfiles(needs: ProfilesNeeds): Profiles {
  const folder = join(needs.home, 'profiles')
  const stopped = new AbortController()
  const lane = openLane()
  const making = new Set<string>()
  const failed = new Map<string, number>()
  const begin = (task: Task): FoundProfile => {
    const id = task.version.manifestSha256
    const { clock, log } = needs
    if (making.has(id)) return { status: 'preparing' }
    if (clock.now() < (failed.get(id) ?? -Infinity) + retryMs) return { status: 'none' }
    making.add(id)
    const done = () => void making.delete(id)
    const work = async () => {
      if (!stopped.signal.aborted) await make(needs, { ...task, folder, stopped })
      done()
    }
    lane.add(work, () => {
      done()
      failed.set(id, clock.now())
      if (!stopped.signal.aborted) log.error('a profile could not be made', { dataset: task.version.dataset })
    })
    return { status: 'preparing' }
  }
  return {
    async of({ descriptor, latest }) {
      // Without a label nobody has looked for the columns that need a tag.
      if (!latest?.quality || tablesOf(descriptor, latest).length === 0) return { status: 'none' }
      const known = await read(folder, latest)
      // Rules that were tightened since hold here too.
      const { k } = thresholdsOn(needs, { k: Math.max(11, descriptor.threshold) })
      if (known?.k === k) return { status: 'ready', profile: known }
      return begin({ descriptor, version: latest })
    },
    idle: () => lane.idle(),
    async close() {
      stopped.abort()
      await lane.idle()
    },
  }
}

const tablesOf = (descriptor: Dataset['descriptor'], { quality }: Version) =>
  wantedOf(descriptor, quality?.public.columns ?? [])

async function read(folder: string, { dataset, manifestSha256 }: Version): Promise<Profile | null> {
  const text = await readFile(join(folder, `${dataset}.json`), 'utf8').catch(absentIs(null))
  if (text === null) return null
  const stored = storedSchema.safeParse(JSON.parse(text))
  return stored.success && stored.data.manifestSha256 === manifestSha256 ? stored.data.profile : null
}

interface Making extends Task {
  readonly folder: string
  readonly stopped: AbortController
}

/** The extract is gone, and the entry of the log is on disk, before anybody can read the profile. */
async function make(needs: ProfilesNeeds, making: Making): Promise<void> {
  const { descriptor, version, folder } = making
  const { dataset, version: number, manifestSha256 } = version
  const profile: Profile = { dataset, version: number, ...(await askAll(needs, making)) }
  await needs.audit.append(
    { type: 'dataset.profiled', dataset, version: number, sha256: sha256(canonical(profile)) },
    { holders: [descriptor.holder] },
  )
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${dataset}.json.part`)
  await writeFile(part, JSON.stringify({ manifestSha256, profile }), { mode: 0o600 })
  await rename(part, join(folder, `${dataset}.json`))
}

async function askAll(needs: ProfilesNeeds, { descriptor, version, stopped }: Making) {
  const tables = tablesOf(descriptor, version)
  const { log, optOuts, atRest } = needs
  return whileOpen(async (hold) => {
    const folder = await hold(atRest.work())
    const sealing = { log, optOuts, atRest, signal: stopped }
    const bulle = await extractForProfile(sealing, { descriptor, version, tables, folder })
    const asked = makeProfile(needs, { bulle, tables, signal: stopped.signal })
    return asked.finally(() => needs.vault.evict(bulle.id))
  })
}
