/** `whoami`, `datasets`, `habilitation show`: what the API answers, as lines. */
import type { PublicQuality } from '../dataset/quality/label.ts'
import { askJson, type Client } from './client.ts'
import { publicLines } from './quality.ts'
import type { Out } from './query.ts'
import { tableLines } from './table.ts'

export interface Shape {
  readonly json?: boolean
}

interface Told {
  readonly value: unknown
  readonly lines: () => readonly string[]
}

/** One JSON document, or lines for people. */
export function write({ stdout }: Out, { json }: Shape, { value, lines }: Told): void {
  stdout.write(json ? `${JSON.stringify(value)}\n` : `${lines().join('\n')}\n`)
}

interface Me {
  readonly issuer: string
  readonly subject: string
  readonly displayName: string
  readonly organisation: string
  readonly roles: readonly string[]
  readonly level: number
}

export async function whoami(client: Client, out: Out, shape: Shape): Promise<void> {
  const me = await askJson<Me>(client, 'GET /api/v1/me')
  const about = `${me.displayName} (${me.issuer}:${me.subject}) · ${me.organisation}`
  const roles = `rôles / roles: ${me.roles.join(', ')} · niveau / level ${me.level}`
  write(out, shape, { value: me, lines: () => [about, roles] })
}

interface Field {
  readonly name: string
  readonly type: string
  readonly role?: string
}

interface Dataset {
  readonly name: string
  readonly title?: string
  readonly kind: string
  readonly holder: string
  readonly version: number | null
  readonly quality?: PublicQuality
  readonly resources: readonly {
    readonly name: string
    readonly class?: string
    readonly schema: { readonly fields: readonly Field[] }
  }[]
}

/** Columns of a table of texts. */
export const texts = (names: readonly string[]) => names.map((name) => ({ name, type: 'VARCHAR' }))

export async function datasets(
  client: Client,
  out: Out,
  { name, quality, ...shape }: Shape & { name?: string; quality?: boolean },
): Promise<void> {
  if (name !== undefined) {
    const one = await askJson<Dataset>(client, `GET /api/v1/datasets/${encodeURIComponent(name)}`)
    const lines = () => (quality ? qualityLines(one) : datasetLines(one))
    write(out, shape, { value: one, lines })
    return
  }
  const { datasets: all } = await askJson<{ datasets: readonly Dataset[] }>(client, 'GET /api/v1/datasets')
  const rows = all.map((one) => [one.name, one.kind, one.holder, one.version ?? '—', one.title ?? ''])
  const columns = texts(['name', 'kind', 'holder', 'version', 'title'])
  write(out, shape, { value: all, lines: () => tableLines({ columns, rows, suppressed: [], k: 0 }) })
}

function qualityLines({ name, version, quality }: Dataset): readonly string[] {
  const head = `${name} · version ${version ?? '—'}`
  return quality === undefined ? [head, 'pas d’étiquette / no label'] : [head, ...publicLines(quality)]
}

function datasetLines(one: Dataset): readonly string[] {
  const rows = one.resources.flatMap(({ name, class: kind, schema }) =>
    schema.fields.map((field) => [name, kind ?? '', field.name, field.type, field.role ?? '']),
  )
  const columns = texts(['table', 'class', 'column', 'type', 'role'])
  return [
    `${one.name} — ${one.title ?? ''}`,
    `${one.kind} · ${one.holder} · version ${one.version ?? '—'}`,
    '',
    ...tableLines({ columns, rows, suppressed: [], k: 0 }),
  ]
}

interface Habilitation {
  readonly id: string
  readonly title?: string
  readonly state: string
  readonly projectId: string | null
  readonly missing: readonly { readonly path: string; readonly message: string }[]
  readonly clocks?: unknown
}

export async function habilitation(
  client: Client,
  out: Out,
  { id, ...shape }: Shape & { id: string },
): Promise<void> {
  const one = await askJson<Habilitation>(client, `GET /api/v1/habilitations/${encodeURIComponent(id)}`)
  const lines = () => [
    `${one.id} — ${one.title ?? ''}`,
    `état / state: ${one.state}${one.projectId === null ? '' : ` · projet / project: ${one.projectId}`}`,
    ...one.missing.map(({ path, message }) => `  manque / missing: ${path} — ${message}`),
  ]
  write(out, shape, { value: one, lines })
}

interface Project {
  readonly id: string
  readonly title: string
  readonly status: string
  readonly until: string
  readonly bulle: { readonly status: string }
}

export async function projects(client: Client, out: Out, shape: Shape): Promise<void> {
  const { projects: all } = await askJson<{ projects: readonly Project[] }>(client, 'GET /api/v1/projects')
  const rows = all.map((one) => [one.id, one.status, one.bulle.status, one.until, one.title])
  const columns = texts(['id', 'status', 'bulle', 'until', 'title'])
  write(out, shape, { value: all, lines: () => tableLines({ columns, rows, suppressed: [], k: 0 }) })
}
