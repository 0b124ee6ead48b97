/** What passes between a depositor and the node besides the files, before anything is submitted. */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import { type DepositNeeds, depositOf, insistOpen } from './deposit.ts'
import { type ShownFinding, show } from './finding.ts'
import { manifestHash } from './holder-manifest.ts'
import type { TablePreview } from './preview.ts'

export type ShownPreview = Omit<TablePreview, 'findings'> & { readonly findings: readonly ShownFinding[] }

/**
 * Takes the manifest that the holder signed over this deposit; the last one counts. Its signature and what it says are checked
 * when the deposit is. INVALID unless it is a JWS.
 */
export async function receiveManifest(
  needs: Pick<DepositNeeds, 'register' | 'audit'>,
  by: Person,
  { deposit: id, jws }: { readonly deposit: string; readonly jws: string },
): Promise<{ readonly sha256: string }> {
  const { deposit } = await depositOf(needs, by, id)
  insistOpen(deposit)
  const sha256 = manifestHash(jws)
  await needs.audit.append(
    { type: 'deposit.signed', dataset: deposit.dataset, deposit: deposit.id, sha256 },
    { by, holders: [by.organisation] },
  )
  const stored = await needs.register.sign(deposit.id, jws)
  if (!stored) throw new Refusal('WRONG_STATE', { rule: 'deposit.open' })
  return { sha256 }
}

/** How the file that was sent for a table is understood. WRONG_STATE once the deposit was submitted. */
export async function previewTable(
  needs: Pick<DepositNeeds, 'register' | 'previewer'>,
  by: Person,
  asked: { readonly deposit: string; readonly table: string; readonly language?: Language },
): Promise<ShownPreview> {
  const { deposit, declared } = await depositOf(needs, by, asked.deposit)
  insistOpen(deposit)
  const file = (await needs.register.files(deposit.id)).find(({ table }) => table === asked.table)
  if (file === undefined) throw new Refusal('NOT_FOUND')
  const { descriptor } = declared
  const found = await needs.previewer.preview({ deposit: deposit.id, descriptor, file })
  return { ...found, findings: found.findings.map((finding) => show(asked.language ?? 'fr', finding)) }
}
