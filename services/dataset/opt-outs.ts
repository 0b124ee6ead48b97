/** The use-cases of opt-outs: a holder registers and reverses them, its engineers and the DPO read the list (governance.md 12). */
import { randomBytes } from 'node:crypto'
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { bandOfPersons, longestWaitMs } from './exclusion.ts'
import { isFirstLevel } from './first-level.ts'
import { commitmentTo } from './opt-out-commitment.ts'
import type { OptOut, OptOutRegister } from './opt-out-register.ts'
import type { DatasetRegister } from './register.ts'
import { domainOf } from './relations.ts'

export interface OptOutNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly register: Pick<DatasetRegister, 'find'>
  readonly optOuts: OptOutRegister
  /** Told when a list has changed: open projects may have enough who object now. */
  readonly onOptOuts?: () => void
}

/** What a person who objects is given. It does not repeat the pseudonym. */
export interface OptOutReceipt {
  readonly number: number
  /** From this instant the person is in no new version of a dataset, and in no extract of a project that had none of this domain. */
  readonly effectiveAt: string
  /** From this one in none of a project that had some; earlier once enough others object. Permits of mode `ehds71_3` excepted. */
  readonly openProjectsBy: string
  readonly reversedAt?: string
}

export interface ShownOptOuts {
  readonly domain: string
  readonly version: number
  readonly receipts: readonly OptOutReceipt[]
}

/** What whoever files a list is given: the entry of the log, and what shows that these persons are in it. */
export interface FiledOptOuts extends ShownOptOuts {
  readonly filed: {
    /** How many were filed, as the log tells it. */
    readonly persons: string
    readonly effectiveAt: string
    readonly openProjectsBy: string
    /** With the pseudonyms it gives `sha256`, which the entry has; the node does not keep it. */
    readonly nonce: string
    readonly sha256: string
    readonly receipt: Receipt
  }
}

/**
 * Registers persons of the domain of a dataset. Those who stand already keep their receipt. INVALID unless every one is a
 * first-level pseudonym: no number of a person and no plain hash of one, which could be guessed.
 */
export async function registerOptOuts(
  needs: OptOutNeeds,
  by: Person,
  { dataset, pseudonyms }: { readonly dataset: string; readonly pseudonyms: readonly string[] },
): Promise<FiledOptOuts> {
  const domain = await heldDomain(needs, by, dataset)
  insistPseudonyms(pseudonyms)
  const named = new Set(pseudonyms)
  const at = needs.clock.now()
  const version = (await needs.optOuts.version(domain)) + 1
  const nonce = randomBytes(16).toString('hex')
  const told = {
    sha256: commitmentTo(nonce, named),
    persons: bandOfPersons(named.size, 0),
    openProjectsBy: new Date(at + longestWaitMs).toISOString(),
  }
  const { sha256 } = told
  await needs.optOuts.begin({ sha256, domain, holder: by.organisation, at, pseudonyms: [...named] })
  const receipt = await needs.audit.append(
    { type: 'opt-out.registered', dataset, domain, version, ...told },
    { by, holders: [by.organisation] },
  )
  if (!(await needs.optOuts.finish(sha256))) {
    // All of them stood already: a start must not take the list for one that has lost this version.
    await needs.audit.append({ type: 'state.aborted', of: receipt.seq }, {})
    await needs.optOuts.forget(sha256)
  }
  needs.onOptOuts?.()
  const all = await needs.optOuts.list(domain)
  const own = all.filter((one) => named.has(one.pseudonym) && one.reversedVersion === null)
  const list = shown(domain, await needs.optOuts.version(domain), own)
  return { ...list, filed: { ...told, nonce, effectiveAt: new Date(at).toISOString(), receipt } }
}

function insistPseudonyms(pseudonyms: readonly string[]): void {
  const sentence = { key: 'missing.opt-out.pseudonym' }
  const missing = pseudonyms.flatMap((one, index) =>
    isFirstLevel(one) ? [] : [{ path: `pseudonyms[${index}]`, message: say('fr', sentence), sentence }],
  )
  if (missing.length > 0) {
    throw new Refusal('INVALID', { rule: 'opt-out.pseudonym', missing: missing.slice(0, 20) })
  }
}

/** Ends an opt-out that one's own organisation registered. Projects that left the person out do not take the person back. */
export async function reverseOptOut(
  needs: OptOutNeeds,
  by: Person,
  { dataset, number }: { readonly dataset: string; readonly number: number },
): Promise<OptOutReceipt> {
  const domain = await heldDomain(needs, by, dataset)
  const known = (await needs.optOuts.list(domain)).find((one) => one.number === number)
  if (known === undefined || known.holder !== by.organisation) throw new Refusal('NOT_FOUND')
  if (known.reversedAt !== null) throw new Refusal('WRONG_STATE', { rule: 'opt-out.reversed' })
  const at = needs.clock.now()
  await needs.audit.append({ type: 'opt-out.reversed', dataset, number }, { by, holders: [by.organisation] })
  const done = await needs.optOuts.reverse({ domain, holder: by.organisation, at }, number)
  if (!done) throw new Refusal('WRONG_STATE', { rule: 'opt-out.reversed' })
  return receiptOf({ ...known, reversedAt: at })
}

/**
 * The receipts of a domain: those of one's own organisation, or all of them for the DPO; as the list stood at an instant, or as it
 * stands. Never a pseudonym.
 */
export async function readOptOuts(
  needs: OptOutNeeds,
  by: Person,
  { dataset, at = needs.clock.now() }: { readonly dataset: string; readonly at?: number | undefined },
): Promise<ShownOptOuts> {
  const isDpo = by.roles.includes('dpo')
  if (!isDpo && !by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'opt-out.role' })
  const found = await needs.register.find(dataset)
  if (found === null || (!isDpo && found.descriptor.holder !== by.organisation)) {
    throw new Refusal('NOT_FOUND')
  }
  const domain = domainOf(found.descriptor)
  const all = (await needs.optOuts.list(domain)).flatMap((one) => stoodAt(one, at))
  const seen = isDpo ? all : all.filter((one) => one.holder === by.organisation)
  const versions = all.flatMap((one) => [one.addedVersion, one.reversedVersion ?? 0])
  return shown(
    domain,
    versions.reduce((last, one) => Math.max(last, one), 0),
    seen,
  )
}

/** As it was then: none before it was registered, not ended before it was. */
function stoodAt(one: OptOut, at: number): readonly OptOut[] {
  if (one.addedAt > at) return []
  if (one.reversedAt === null || one.reversedAt <= at) return [one]
  return [{ ...one, reversedAt: null, reversedVersion: null }]
}

/** The domain of a dataset of one's own organisation; to everybody else it is not there. */
async function heldDomain(needs: OptOutNeeds, by: Person, dataset: string): Promise<string> {
  if (!by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'opt-out.role' })
  const found = await needs.register.find(dataset)
  if (found === null || found.descriptor.holder !== by.organisation) throw new Refusal('NOT_FOUND')
  return domainOf(found.descriptor)
}

function shown(domain: string, version: number, all: readonly OptOut[]): ShownOptOuts {
  return { domain, version, receipts: all.map(receiptOf) }
}

function receiptOf({ number, addedAt, reversedAt }: OptOut): OptOutReceipt {
  return {
    number,
    effectiveAt: new Date(addedAt).toISOString(),
    openProjectsBy: new Date(addedAt + longestWaitMs).toISOString(),
    ...(reversedAt === null ? {} : { reversedAt: new Date(reversedAt).toISOString() }),
  }
}
