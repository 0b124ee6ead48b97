/** The use-cases of deposit contracts: the holder of a dataset sets one, its engineers and the DPO read it. */
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Contract } from './contract.ts'
import { holding } from './deposit.ts'
import type { DatasetRegister } from './register.ts'

interface ContractNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly register: Pick<DatasetRegister, 'find' | 'agree'>
}

/** Sets the contract of a dataset of one's own organisation. It holds for deposits that are submitted from now on. */
export async function setContract(
  needs: ContractNeeds,
  by: Person,
  { dataset, contract }: { readonly dataset: string; readonly contract: Contract },
): Promise<Contract> {
  await holding(needs, by, dataset)
  const hash = sha256(canonical(contract))
  const holders = [by.organisation]
  await needs.audit.append({ type: 'dataset.contracted', dataset, sha256: hash }, { by, holders })
  await needs.register.agree({ dataset, contract, sha256: hash, at: needs.clock.now() })
  return contract
}

/** The contract in force. NOT_FOUND where there is none, and to other organisations but for the DPO. */
export async function readContract(
  needs: Pick<ContractNeeds, 'register'>,
  by: Person,
  dataset: string,
): Promise<Contract> {
  const isDpo = by.roles.includes('dpo')
  if (!isDpo && !by.roles.includes('holder')) throw new Refusal('ROLE', { rule: 'contract.role' })
  const found = await needs.register.find(dataset)
  const isTheirs = isDpo || found?.descriptor.holder === by.organisation
  if (!isTheirs || found?.contract === undefined) throw new Refusal('NOT_FOUND')
  return found.contract
}
