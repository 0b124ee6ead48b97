/** The opt-outs of a domain at a deposit: who is left out of the version, and what its holder and the log are told. */
import { z } from 'zod'
import type { Descriptor } from './descriptor.ts'
import { bandOfPersons, exclusionOf } from './exclusion.ts'
import type { Finding } from './finding.ts'
import type { LeftOut } from './leave-out.ts'
import type { OptOutRegister } from './opt-out-register.ts'
import { domainOf } from './relations.ts'

export interface OptOutsLeft {
  /** Of the list. */
  readonly version: number
  /** Persons left out, as a band. */
  readonly removed: string
  readonly findings: readonly Finding[]
}

const count = z.number().int().nonnegative()
const leftSchema: z.ZodType<LeftOut> = z.strictObject({ persons: count, strangers: count })

/** Undefined in a domain where nobody objects. `exclude` names the persons to the reader and answers its counts. */
export async function leaveOut(
  { optOuts }: { readonly optOuts?: Pick<OptOutRegister, 'list' | 'version'> },
  descriptor: Descriptor,
  exclude: (pseudonyms: readonly string[]) => Promise<unknown>,
): Promise<OptOutsLeft | undefined> {
  const domain = domainOf(descriptor)
  const version = (await optOuts?.version(domain)) ?? 0
  if (optOuts === undefined || version === 0) return undefined
  const all = await optOuts.list(domain)
  const k = descriptor.threshold
  const { pseudonyms } = exclusionOf({ all, latest: version, applied: undefined })
  if (pseudonyms.length === 0) return undefined
  const { persons, strangers } = leftSchema.parse(await exclude(pseudonyms))
  const removed = bandOfPersons(persons, k)
  const told: Finding = { severity: 'warning', rule: 'opt-out', count: 1, with: { version, removed } }
  const unknown: Finding = { severity: 'quarantine', rule: 'opt-out.key', count: strangers }
  return { version, removed, findings: strangers === 0 ? [told] : [unknown] }
}
