/**
 * Cells that the rules withhold, on their way past two checkers (docs/decisions/0026): sealed beside the answer that the asker sees,
 * shown to who may check, and put in its place by two approvals. Until then nobody else is told a value, a size, a hash or a count.
 */
import type { CurrentPermit } from '../habilitation/permit.ts'
import { type ExactCell, exactRefused, isExactGranted } from '../query/exact.ts'
import { findingsName, type ReleaseFiles, storedName } from './files.ts'
import { type Findings, readFindings } from './findings.ts'
import { isSent, type Release, type ReleaseFile, type SentFile } from './release.ts'
import { type KeptCell, keptCells } from './withheld.ts'

/** A file whose withheld cells are asked for. */
export interface ExactFile extends SentFile {
  readonly exact: NonNullable<SentFile['exact']>
}

export function isExact(file: ReleaseFile): file is ExactFile {
  return isSent(file) && file.exact !== undefined
}

/** As what the table with its withheld cells lies, and the list of them. */
export const exactName = (file: Pick<SentFile, 'number' | 'sha256'>): string => `${storedName(file)}.exact`
const cellsName = (file: Pick<SentFile, 'number' | 'sha256'>): string => `${storedName(file)}.cells`

/** As what lies what the machine says of a file to its checkers alone. */
export const checkedName = (file: Pick<SentFile, 'number' | 'sha256'>, round: number): string =>
  `${findingsName(file, round)}.checked`

interface Sealing {
  readonly release: string
  readonly file: SentFile
  readonly bytes: Uint8Array
  readonly cells: readonly ExactCell[]
}

/** Seals table and list beside the answer; answers their hashes. */
export async function sealExact(
  files: Pick<ReleaseFiles, 'write'>,
  { release, file, bytes, cells }: Sealing,
): Promise<Pick<ExactFile['exact'], 'table' | 'cells'>> {
  const table = await files.write(release, exactName(file), bytes)
  const list = Buffer.from(JSON.stringify(cells))
  return { table, cells: await files.write(release, cellsName(file), list) }
}

export async function removeExact(
  files: Pick<ReleaseFiles, 'remove'>,
  release: string,
  file: ExactFile,
): Promise<void> {
  for (const name of [exactName(file), cellsName(file)]) await files.remove(release, name)
}

/** The withheld cells of a file, with the persons behind each: for its checkers. */
export async function readCells(
  files: Pick<ReleaseFiles, 'read'>,
  release: string,
  file: ExactFile,
): Promise<readonly KeptCell[]> {
  const bytes = await files.read(release, cellsName(file), file.exact.cells)
  return keptCells.parse(JSON.parse(bytes.toString()))
}

/** Datasets of persons whose withheld cells a release asks for. */
export function exactDatasets({ files }: Pick<Release, 'files'>): readonly string[] {
  return [...new Set(files.flatMap(({ exact }) => exact?.datasets ?? []))]
}

/** Refusal DOOR_NOT_GRANTED where the permit, as it is now, does not open withheld cells to the checkers. */
export function insistExactStill(
  release: Pick<Release, 'files'>,
  { permit }: Pick<CurrentPermit, 'permit'>,
): void {
  if (release.files.some(({ exact }) => exact !== undefined) && !isGranted(release, permit))
    throw exactRefused()
}

const isGranted = (release: Pick<Release, 'files'>, { lines }: CurrentPermit['permit']) =>
  isExactGranted(lines, exactDatasets(release))

/** What two approvals let out: of each such file the table with its cells, and what was found in it, in the place of the answer. */
export async function takeOut(files: ReleaseFiles, release: Release): Promise<Release> {
  const taken: ReleaseFile[] = []
  for (const file of release.files) taken.push(isExact(file) ? await exchanged(files, release, file) : file)
  return { ...release, files: taken }
}

async function exchanged(files: ReleaseFiles, { id, round }: Release, file: ExactFile): Promise<ReleaseFile> {
  const { checked, found } = file
  if (checked === undefined || checked === null || found === null || file.source.kind !== 'query')
    throw new Error('withheld cells that nobody was shown')
  const bytes = await files.read(id, exactName(file), file.exact.table)
  const cells = (await readCells(files, id, file)).filter(({ isGiven }) => isGiven)
  const places = new Set(cells.map(({ row, column }) => `${row} ${column}`))
  const next = { ...file, bytes: bytes.byteLength, sha256: file.exact.table }
  await files.write(id, storedName(next), bytes)
  // How many persons are behind a cell does not leave with it.
  const told = readFindings(await files.read(id, checkedName(file, round), checked.sha256))
  const kept = Buffer.from(JSON.stringify({ ...told, withheld: [] } satisfies Findings))
  const sha256 = await files.write(id, findingsName(next, round), kept)
  const { serious, look, needsEyes } = checked
  return {
    ...next,
    source: {
      ...file.source,
      suppressed: file.source.suppressed.filter((place) => !places.has(place.join(' '))),
    },
    found: { serious, look, needsEyes, sha256 },
    checked: null,
    exact: { ...file.exact, released: { cells: cells.map(placeOf), rules: countedBy(cells) } },
  }
}

const placeOf = ({ row, column }: KeptCell): [number, number] => [row, column]

/** How many cells each rule had withheld. */
function countedBy(cells: readonly KeptCell[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const rule of cells.flatMap(({ rules }) => rules)) counts[rule] = (counts[rule] ?? 0) + 1
  return counts
}
