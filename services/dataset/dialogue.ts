/** What passes between a depositor and the node besides the files: how they are understood, before anything is submitted. */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import { type DepositNeeds, depositOf, insistOpen } from './deposit.ts'
import { type ShownFinding, show } from './finding.ts'
import type { TablePreview } from './preview.ts'

export type ShownPreview = Omit<TablePreview, 'findings'> & { readonly findings: readonly ShownFinding[] }

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
