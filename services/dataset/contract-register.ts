/** Deposit contracts in PostgreSQL, revision by revision; the last one is read with its dataset (register.ts). */
import type { Store } from '../store/store.ts'
import type { Contract } from './contract.ts'

export interface AgreedContract {
  readonly dataset: string
  readonly contract: Contract
  readonly sha256: string
  readonly at: number
}

/** Writes the next revision of the contract of a dataset. */
export async function agree({ db }: Store, { dataset, contract, sha256, at }: AgreedContract): Promise<void> {
  await db.transaction().execute(async (step) => {
    // One revision after the other: the row of the dataset is held until this one is written.
    await step
      .selectFrom('dataset_descriptor')
      .select('name')
      .where('name', '=', dataset)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const { last } = await step
      .selectFrom('dataset_contract')
      .select((one) => one.fn.max('revision').as('last'))
      .where('dataset', '=', dataset)
      .executeTakeFirstOrThrow()
    const revision = Number(last ?? 0) + 1
    const text = JSON.stringify(contract)
    await step
      .insertInto('dataset_contract')
      .values({ dataset, revision, contract: text, sha256, agreed_at: at })
      .execute()
  })
}
