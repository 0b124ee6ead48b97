/** The use-cases of data holders: declare a dataset, deposit its tables, follow the checks (contract, sections 4 and 5). */
import { randomUUID } from 'node:crypto'
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { type Missing, Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import type { Checker } from './checking.ts'
import { expectation } from './contract.ts'
import type { Deposit, VersionRow } from './deposit-register.ts'
import type { DepositStatus } from './deposit-rows.ts'
import { type Descriptor, descriptorSchema } from './descriptor.ts'
import { type ShownFinding, show } from './finding.ts'
import { manifestHash } from './holder-manifest.ts'
import { type Media, mediaOf } from './media.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import type { Previewer } from './previewer.ts'
import type { Progress } from './progress.ts'
import type { HolderQuality, PublicQuality } from './quality/label.ts'
import type { DatasetRegister, Declared } from './register.ts'
import { classOf, faultsOf, resourceOf, withInheritedRoles } from './relations.ts'
import { type DatasetFilter, type Facets, searchDatasets } from './search.ts'
import type { DepositStorage, Received } from './storage.ts'

export interface DepositNeeds {
  readonly audit: Audit
  readonly optOuts: OptOutRegister
  readonly clock: Clock
  readonly register: DatasetRegister
  readonly storage: DepositStorage
  readonly checker: Checker
  /** Told when the list of opt-outs of a domain has changed. */
  readonly onOptOuts?: () => void
  readonly previewer: Previewer
}

/** Bytes of one uploaded file (security.md 9). */
export const uploadLimit = 2 * 1024 ** 3

/** A dataset as anybody with an account may see it: names, classes and roles, never how many rows. */
export type ShownDataset = Descriptor & {
  readonly version: number | null
  readonly publishedAt: string | null
  /** SHA-256 of the stored descriptor: the `schema` of a signed manifest. */
  readonly schemaSha256: string
  /** The day by which the next version is promised, and whether it is over. */
  readonly expectedBy?: string
  readonly late?: boolean
  /** What the label of that version says to everybody. */
  readonly quality?: PublicQuality
}

export interface ShownDeposit {
  readonly id: string
  readonly dataset: string
  readonly status: DepositStatus
  readonly version?: number
  readonly findings: readonly ShownFinding[]
  /** The label of the version, when there is one. */
  readonly quality?: HolderQuality
  readonly progress?: Progress
  /** SHA-256 of what the holder signed, where it signed. */
  readonly manifestSha256?: string
  /** Tables received so far, while the deposit is open. */
  readonly tables?: readonly { readonly table: string; readonly bytes: number; readonly sha256: string }[]
}

/** Stores a descriptor. The same one again changes nothing; a different one under a name in use is CONFLICT. */
export async function declareDataset(
  needs: DepositNeeds,
  by: Person,
  input: unknown,
): Promise<{ readonly created: boolean; readonly dataset: ShownDataset }> {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'dataset.declare' })
  const descriptor = readDescriptor(input)
  if (descriptor.holder !== by.organisation) throw new Refusal('ROLE', { rule: 'dataset.holder' })
  const hash = sha256(canonical(descriptor))
  const known = await needs.register.find(descriptor.name)
  const now = needs.clock.now()
  if (known !== null) return { created: false, dataset: same(known, hash, now) }
  await needs.audit.append(
    { type: 'dataset.declared', dataset: descriptor.name, sha256: hash },
    { by, holders: [descriptor.holder] },
  )
  const stored = await needs.register.declare({ descriptor, sha256: hash }, now)
  return { created: stored.created, dataset: same({ ...stored, latest: null }, hash, now) }
}

type Found = Declared & { readonly latest: VersionRow | null }

function same(stored: Found, hash: string, now: number): ShownDataset {
  if (stored.sha256 !== hash) throw new Refusal('CONFLICT', { rule: 'dataset.descriptor' })
  return shown(stored, now)
}

function readDescriptor(input: unknown): Descriptor {
  const parsed = descriptorSchema.safeParse(input)
  const missing: readonly Missing[] = parsed.success
    ? faultsOf(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ path: jsonPath(path), message }))
  if (!parsed.success || missing.length > 0) throw new Refusal('INVALID', { rule: 'dataset.form', missing })
  return withInheritedRoles(parsed.data)
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  )
}

function shown({ descriptor, sha256: schemaSha256, contract, latest }: Found, now: number): ShownDataset {
  return {
    ...descriptor,
    resources: descriptor.resources.map((one) => ({ ...one, class: classOf(descriptor, one) })),
    version: latest?.version ?? null,
    schemaSha256,
    ...expectation(contract, latest?.publishedAt, now),
    publishedAt: latest === null ? null : new Date(latest.publishedAt).toISOString(),
    ...(latest?.quality === undefined ? {} : { quality: latest.quality.public }),
  }
}

/** Any authenticated person reads the catalogue. */
export async function readDataset(
  needs: Pick<DepositNeeds, 'register' | 'clock'>,
  _by: Person,
  name: string,
): Promise<ShownDataset> {
  const found = await needs.register.find(name)
  if (found === null) throw new Refusal('NOT_FOUND')
  return shown(found, needs.clock.now())
}

/** The catalogue, or what of it answers a search. */
export async function listDatasets(
  needs: Pick<DepositNeeds, 'register' | 'clock'>,
  _by: Person,
  { filter, nameOf }: Search,
): Promise<{ readonly datasets: readonly ShownDataset[]; readonly facets: Facets }> {
  const { datasets, facets } = searchDatasets(await needs.register.list(), filter, nameOf)
  const now = needs.clock.now()
  return { datasets: datasets.map((one) => shown(one, now)), facets }
}

interface Search {
  readonly filter: DatasetFilter
  readonly nameOf: (organisation: string) => string
}

/** Opens a deposit of a dataset of one's own organisation. */
export async function openDeposit(
  needs: DepositNeeds,
  by: Person,
  input: { readonly dataset: string },
): Promise<ShownDeposit> {
  const { dataset } = input
  await holding(needs, by, dataset)
  const id = randomUUID()
  const holders = [by.organisation]
  await needs.audit.append({ type: 'deposit.opened', dataset, deposit: id }, { by, holders })
  const opener = { issuer: by.issuer, subject: by.subject }
  await needs.register.open({ id, dataset, opener, at: needs.clock.now() })
  return { id, dataset, status: 'open', findings: [], tables: [] }
}

/** The dataset when it is one of this person's organisation; to everybody else it is not there. */
export async function holding(
  needs: { readonly register: Pick<DatasetRegister, 'find'> },
  by: Person,
  dataset: string,
): Promise<Declared> {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'deposit.role' })
  const found = await needs.register.find(dataset)
  if (found === null || found.descriptor.holder !== by.organisation) throw new Refusal('NOT_FOUND')
  return found
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A deposit of one's own organisation, and its dataset; to everybody else it is not there. */
export async function depositOf(needs: Pick<DepositNeeds, 'register'>, by: Person, id: string) {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'deposit.role' })
  const deposit = uuid.test(id) ? await needs.register.deposit(id) : null
  if (deposit === null) throw new Refusal('NOT_FOUND')
  return { deposit, declared: await holding(needs, by, deposit.dataset) }
}

export interface TableUpload {
  readonly deposit: string
  readonly table: string
  readonly contentType: string | undefined
  readonly contentEncoding?: string | undefined
  /** The query string of the upload: `delimiter`, `decimal`, `dateFormat`, `header`. */
  readonly dialect?: unknown
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Puts the file of one table into quarantine, streamed, on disk before it answers. Sent again it takes the place of the
 * former one; cut short it leaves things as they were. TOO_LARGE beyond 2 GiB.
 */
export async function receiveTable(
  needs: DepositNeeds,
  by: Person,
  upload: TableUpload,
): Promise<{ readonly table: string; readonly bytes: number; readonly sha256: string }> {
  const place = await openPlace(needs, by, upload)
  const media = mediaOf(upload)
  const received = await needs.storage.receive(place.deposit.id, upload.table, {
    body: upload.body,
    limit: uploadLimit,
  })
  return enterTable(needs, by, { ...place, media, received })
}

interface TablePlace {
  readonly deposit: Deposit
  readonly table: string
}

interface Arrived extends TablePlace {
  readonly media: Media
  readonly received: Received
  /** The upload that brought it, finished by the same transaction. */
  readonly upload?: string
}

/** The place of a table in an open deposit of this person's organisation. NOT_FOUND, WRONG_STATE. */
export async function openPlace(
  needs: Pick<DepositNeeds, 'register'>,
  by: Person,
  asked: { readonly deposit: string; readonly table: string },
): Promise<TablePlace> {
  const { deposit, declared } = await depositOf(needs, by, asked.deposit)
  if (resourceOf(declared.descriptor, asked.table) === undefined) throw new Refusal('NOT_FOUND')
  insistOpen(deposit)
  return { deposit, table: asked.table }
}

/** Makes a file that is in quarantine the file of its table: recorded, then entered, then the former one removed. */
export async function enterTable(
  needs: DepositNeeds,
  by: Person,
  arrived: Arrived,
): Promise<{ readonly table: string; readonly bytes: number; readonly sha256: string }> {
  const { deposit, table, media, received, upload } = arrived
  const { bytes, sha256: hash } = received
  const { register, storage } = needs
  const file = { table, ...received, media, ...(upload === undefined ? {} : { upload }) }
  try {
    await needs.audit.append(
      { type: 'deposit.received', dataset: deposit.dataset, deposit: deposit.id, table, bytes, sha256: hash },
      { by, holders: [by.organisation] },
    )
    const former = (await register.files(deposit.id)).find((one) => one.table === table)
    const stored = await register.receive(deposit.id, file, needs.clock.now())
    if (!stored) throw new Refusal('WRONG_STATE', { rule: 'deposit.open' })
    await storage.forget(deposit.id, former?.file)
  } catch (error) {
    await forgetUnnamed(needs, deposit.id, received.file)
    throw error
  }
  return { table, bytes, sha256: hash }
}

/** The answer of a database that was lost may have been yes: only a file that no row names goes; the next start sweeps the rest. */
async function forgetUnnamed(
  { register, storage }: DepositNeeds,
  deposit: string,
  file: string,
): Promise<void> {
  const named = await register.files(deposit).catch(() => null)
  if (named !== null && !named.some((one) => one.file === file)) await storage.forget(deposit, file)
}

/** WRONG_STATE once it was submitted. */
export function insistOpen(deposit: Deposit): void {
  if (deposit.status !== 'open') throw new Refusal('WRONG_STATE', { rule: 'deposit.open' })
}

/** Hands a deposit over to the checks, which run in the background; `readDeposit` follows them. */
export async function submitDeposit(
  needs: DepositNeeds,
  by: Person,
  input: { readonly deposit: string; readonly language?: Language },
): Promise<ShownDeposit> {
  const { deposit } = await depositOf(needs, by, input.deposit)
  insistOpen(deposit)
  await needs.audit.append(
    { type: 'deposit.submitted', dataset: deposit.dataset, deposit: deposit.id },
    { by, holders: [by.organisation] },
  )
  const submitted = await needs.register.submit(deposit.id, needs.clock.now())
  if (!submitted) throw new Refusal('WRONG_STATE', { rule: 'deposit.open' })
  needs.checker.check(deposit.id)
  return readDeposit(needs, by, input)
}

export async function readDeposit(
  needs: Pick<DepositNeeds, 'register' | 'checker'>,
  by: Person,
  input: { readonly deposit: string; readonly language?: Language },
): Promise<ShownDeposit> {
  const { deposit } = await depositOf(needs, by, input.deposit)
  const { id, dataset, status, version } = deposit
  const progress = status === 'checking' ? (needs.checker.progress(id) ?? { step: 'queued' }) : undefined
  const files = status === 'open' ? await needs.register.files(id) : undefined
  return {
    id,
    dataset,
    status,
    ...(version === undefined ? {} : { version }),
    findings: deposit.findings.map((finding) => show(input.language ?? 'fr', finding)),
    ...(deposit.quality === undefined ? {} : { quality: deposit.quality.holder }),
    ...(progress === undefined ? {} : { progress }),
    ...(deposit.manifest === undefined ? {} : { manifestSha256: manifestHash(deposit.manifest) }),
    ...(files === undefined
      ? {}
      : { tables: files.map(({ table, bytes, sha256: hash }) => ({ table, bytes, sha256: hash })) }),
  }
}
