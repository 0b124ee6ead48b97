/** The use-cases of data holders: declare a dataset, deposit its tables, follow the checks (contract, sections 4 and 5). */
import { randomUUID } from 'node:crypto'
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { type Missing, Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import type { Checker } from './checking.ts'
import { type Descriptor, descriptorSchema } from './descriptor.ts'
import { type ShownFinding, show } from './finding.ts'
import { mediaOf } from './media.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import type { Progress } from './progress.ts'
import type { HolderQuality, PublicQuality } from './quality/label.ts'
import type { DatasetRegister, Declared, Deposit, DepositStatus, VersionRow } from './register.ts'
import { classOf, faultsOf, resourceOf, withInheritedRoles } from './relations.ts'
import { type DatasetFilter, type Facets, searchDatasets } from './search.ts'
import type { DepositStorage } from './storage.ts'

export interface DepositNeeds {
  readonly audit: Audit
  readonly optOuts: OptOutRegister
  readonly clock: Clock
  readonly register: DatasetRegister
  readonly storage: DepositStorage
  readonly checker: Checker
}

/** Bytes of one uploaded file (security.md 9). */
const uploadLimit = 2 * 1024 ** 3

/** A dataset as anybody with an account may see it: names, classes and roles, never how many rows. */
export type ShownDataset = Descriptor & {
  readonly version: number | null
  readonly publishedAt: string | null
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
  if (known !== null) return { created: false, dataset: same(known, hash) }
  await needs.audit.append(
    { type: 'dataset.declared', dataset: descriptor.name, sha256: hash },
    { by, holders: [descriptor.holder] },
  )
  const stored = await needs.register.declare({ descriptor, sha256: hash }, needs.clock.now())
  return { created: stored.created, dataset: same({ ...stored, latest: null }, hash) }
}

function same(stored: Declared & { readonly latest: VersionRow | null }, hash: string): ShownDataset {
  if (stored.sha256 !== hash) throw new Refusal('CONFLICT', { rule: 'dataset.descriptor' })
  return shown(stored)
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

function shown({ descriptor, latest }: Declared & { readonly latest: VersionRow | null }): ShownDataset {
  return {
    ...descriptor,
    resources: descriptor.resources.map((one) => ({ ...one, class: classOf(descriptor, one) })),
    version: latest?.version ?? null,
    publishedAt: latest === null ? null : new Date(latest.publishedAt).toISOString(),
    ...(latest?.quality === undefined ? {} : { quality: latest.quality.public }),
  }
}

/** Any authenticated person reads the catalogue. */
export async function readDataset(
  needs: Pick<DepositNeeds, 'register'>,
  _by: Person,
  name: string,
): Promise<ShownDataset> {
  const found = await needs.register.find(name)
  if (found === null) throw new Refusal('NOT_FOUND')
  return shown(found)
}

/** The catalogue, or what of it answers a search. */
export async function listDatasets(
  needs: Pick<DepositNeeds, 'register'>,
  _by: Person,
  { filter, nameOf }: Search,
): Promise<{ readonly datasets: readonly ShownDataset[]; readonly facets: Facets }> {
  const { datasets, facets } = searchDatasets(await needs.register.list(), filter, nameOf)
  return { datasets: datasets.map(shown), facets }
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
async function holding(
  needs: Pick<DepositNeeds, 'register'>,
  by: Person,
  dataset: string,
): Promise<Declared> {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'deposit.role' })
  const found = await needs.register.find(dataset)
  if (found === null || found.descriptor.holder !== by.organisation) throw new Refusal('NOT_FOUND')
  return found
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function depositOf(needs: Pick<DepositNeeds, 'register'>, by: Person, id: string) {
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
  const { deposit, declared } = await depositOf(needs, by, upload.deposit)
  const { table } = upload
  if (resourceOf(declared.descriptor, table) === undefined) throw new Refusal('NOT_FOUND')
  insistOpen(deposit)
  const media = mediaOf(upload)
  const received = await needs.storage.receive(deposit.id, table, {
    body: upload.body,
    limit: uploadLimit,
  })
  const { bytes, sha256: hash } = received
  await needs.audit.append(
    { type: 'deposit.received', dataset: deposit.dataset, deposit: deposit.id, table, bytes, sha256: hash },
    { by, holders: [by.organisation] },
  )
  const former = (await needs.register.files(deposit.id)).find((file) => file.table === table)
  const stored = await needs.register.receive(deposit.id, { table, ...received, media }, needs.clock.now())
  await needs.storage.forget(deposit.id, stored ? former?.file : received.file)
  if (!stored) throw new Refusal('WRONG_STATE', { rule: 'deposit.open' })
  return { table, bytes, sha256: hash }
}

function insistOpen(deposit: Deposit): void {
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
    ...(files === undefined
      ? {}
      : { tables: files.map(({ table, bytes, sha256: hash }) => ({ table, bytes, sha256: hash })) }),
  }
}
