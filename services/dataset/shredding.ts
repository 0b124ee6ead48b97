/**
 * What falls with a line that its holder takes back, and what falls with a former generation: extracts, and the derived tables that
 * were made from them.
 */
import { basename } from 'node:path'
import type { Audit } from '../audit/record.ts'
import type { Vault } from '../engine/engine.ts'
import { bulleId, type Extracts } from './extract.ts'
import { isLeftList } from './generation.ts'
import type { Workspace } from './workspace.ts'

interface ShredNeeds {
  readonly needs: { readonly audit: Audit; readonly vault?: Pick<Vault, 'evict'> }
  readonly sealer: { readonly extracts: Extracts }
  readonly workspace: Pick<Workspace, 'change'>
}

interface Shredded {
  readonly dataset: string
  /** Only what was sealed on this version of it. */
  readonly version?: number
}

/**
 * Destroys all that was sealed of one dataset of a project; each extract with its entry. The numbers of its persons stay in the
 * lists of lines that were sealed after it, as pseudonyms that lead to no row.
 */
export async function shredDataset(
  { needs, sealer: { extracts }, workspace }: ShredNeeds,
  project: string,
  { dataset, version }: Shredded,
): Promise<void> {
  const before = await extracts.list(project)
  const own = before.filter(
    ({ extract }) => extract.dataset === dataset && (version === undefined || extract.version === version),
  )
  if (own.length === 0) return
  // The processes that have the files open end first: what they ran has been stopped already.
  await needs.vault?.evict(bulleId(project, before))
  await dropDerived(workspace, project, dataset)
  const keys = new Set(own.map(({ key }) => key))
  const former = (await extracts.superseded(project)).filter((name) => keys.has(name.slice(0, 24)))
  for (const name of former) {
    await extracts.discard(project, name)
    await needs.audit.append({ type: 'bulle.shredded', bulle: `${project}/${name}` }, { project })
  }
  for (const sealed of own) {
    await extracts.shred(sealed)
    const bulle = `${project}/${basename(sealed.folder)}`
    await needs.audit.append({ type: 'bulle.shredded', bulle }, { project, holders: [sealed.extract.holder] })
  }
}

/**
 * Destroys what a former generation of a project left, of these names or all of it. No query reads it any more. Done again, it finds
 * nothing to do.
 */
export async function destroyFormer(
  { needs, sealer: { extracts }, workspace }: ShredNeeds,
  project: string,
  names?: readonly string[],
): Promise<void> {
  const all = await extracts.superseded(project)
  const own = names === undefined ? all : all.filter((name) => names.includes(name))
  if (own.length === 0) return
  const found = await Promise.all(own.map((name) => (isLeftList(name) ? null : extracts.read(project, name))))
  const seals = new Set(found.flatMap((one) => one?.sha256 ?? []))
  await workspace.change(project, async ({ tables, drop }) => {
    const stale = tables.filter(({ table }) => table.seals.some(({ seal }) => seals.has(seal)))
    for (const { table } of stale) await drop(table.name)
  })
  for (const [index, name] of own.entries()) {
    await extracts.discard(project, name)
    if (found[index] === null) continue
    await needs.audit.append({ type: 'bulle.shredded', bulle: `${project}/${name}` }, { project })
  }
}

/** Drops every derived table that reads the dataset; the change removes their rows from the disk. */
function dropDerived(workspace: Pick<Workspace, 'change'>, project: string, dataset: string): Promise<void> {
  return workspace.change(project, async ({ tables, drop }) => {
    const own = tables.filter(({ table }) => table.reads.some((read) => read.dataset === dataset))
    for (const { table } of own) await drop(table.name)
  })
}
