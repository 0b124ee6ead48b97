/**
 * What the machine says of the files of a release when it is asked, and to whom: who asks is told of what she and the project know,
 * the checkers of withheld cells too. A finding that rests on cells still in hand would tell what is in them (docs/decisions/0026).
 */
import { type AirlockNeeds, aroundOf, strictestK } from './act.ts'
import type { Earlier } from './compare.ts'
import { checkedName, exactName, isExact, readCells } from './exact.ts'
import { findingsName, storedName } from './files.ts'
import { type Findings, type Looked, lookAtFile, readFindings, tableOf } from './findings.ts'
import { isSent, type Release, type SentFile } from './release.ts'
import type { Table } from './table.ts'

type Counted = NonNullable<SentFile['found']>

interface Around {
  readonly k: number
  readonly earlier: readonly Earlier[]
  /** As `earlier`, with withheld cells that others look at now; absent where there are none. */
  readonly inHand?: readonly Earlier[]
}

/** The files with what the machine found in each, which is kept beside them. */
export async function lookAtAll(needs: AirlockNeeds, release: Release): Promise<SentFile[]> {
  const others = await otherReleases(needs, release)
  const hasMore = others.some(
    ({ state, files }) => state === 'review' && files.some(({ checked }) => checked),
  )
  const k = strictestK(needs, await aroundOf(needs, release))
  const earlier = await tablesOf(needs, others, findingsAsAsked)
  const inHand = hasMore ? await tablesOf(needs, others, findingsAsChecked) : undefined
  const looked: SentFile[] = []
  for (const file of release.files.filter(isSent))
    looked.push(await lookAtOne(needs, release, { file, k, earlier, ...(inHand && { inHand }) }))
  return looked
}

async function lookAtOne(
  needs: AirlockNeeds,
  release: Release,
  { file, k, earlier, inHand }: Around & { readonly file: SentFile },
): Promise<SentFile> {
  const suppressed = file.source.kind === 'query' ? file.source.suppressed : []
  const answer: Looked = { name: storedName(file), type: file.type, suppressed }
  const about = { ...needs, release: release.id, k }
  const found = await keep(needs, release, {
    name: findingsName(file, release.round),
    findings: await lookAtFile({ ...about, earlier }, answer),
  })
  if (!isExact(file) && inHand === undefined) return { ...file, found, checked: null }
  const shown = isExact(file) ? await exactOf(needs, release, file) : answer
  const checked = await keep(needs, release, {
    name: checkedName(file, release.round),
    findings: await lookAtFile({ ...about, earlier: inHand ?? earlier }, shown),
  })
  return { ...file, found, checked }
}

async function exactOf(
  { files }: Pick<AirlockNeeds, 'files'>,
  { id }: Release,
  file: Parameters<typeof readCells>[2],
): Promise<Looked> {
  const withheld = await readCells(files, id, file)
  const places = new Set(withheld.map(({ row, column }) => `${row} ${column}`))
  const { source, type } = file
  const all = source.kind === 'query' ? source.suppressed : []
  const suppressed = all.filter((place) => !places.has(place.join(' ')))
  return { name: exactName(file), type, suppressed, withheld }
}

async function keep(
  { files }: Pick<AirlockNeeds, 'files'>,
  { id }: Release,
  { name, findings }: { readonly name: string; readonly findings: Findings },
): Promise<Counted> {
  const sha256 = await files.write(id, name, Buffer.from(JSON.stringify(findings)))
  const count = (weight: string) => findings.findings.filter((one) => one.weight === weight).length
  return { serious: count('serious'), look: count('look'), needsEyes: findings.needsEyes, sha256 }
}

/** Releases of the project that left, or that others look at now. */
async function otherReleases(
  { register }: Pick<AirlockNeeds, 'register'>,
  { id, project }: Release,
): Promise<readonly Release[]> {
  return (await register.list(project)).filter(
    (one) => one.id !== id && (one.state === 'released' || one.state === 'review'),
  )
}

type Kept = { readonly name: string; readonly sha256: string } | null

function findingsAsAsked(file: SentFile, round: number): Kept {
  return file.found && { name: findingsName(file, round), sha256: file.found.sha256 }
}

function findingsAsChecked(file: SentFile, round: number): Kept {
  if (!file.checked) return findingsAsAsked(file, round)
  return { name: checkedName(file, round), sha256: file.checked.sha256 }
}

async function tablesOf(
  { files }: Pick<AirlockNeeds, 'files'>,
  releases: readonly Release[],
  keptOf: (file: SentFile, round: number) => Kept,
): Promise<readonly Earlier[]> {
  const earlier: Earlier[] = []
  for (const { id, round, files: own } of releases)
    for (const file of own.filter(isSent)) {
      const kept = keptOf(file, round)
      const table: Table | null =
        kept && tableOf(file, readFindings(await files.read(id, kept.name, kept.sha256)))
      if (table !== null) earlier.push({ release: id, table })
    }
  return earlier
}
