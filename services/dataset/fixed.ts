/** Fixed-width lines, as the PMSI writes them: each field has its place in the descriptor. Runs in the reader's process. */

import { fromText, type TextForm } from './convert.ts'
import type { Field, Resource } from './descriptor.ts'
import type { Finding } from './finding.ts'
import type { Probe } from './probe.ts'
import { type Engine, probeTable } from './probing.ts'

interface Layout {
  readonly fields: readonly { readonly raw: string; readonly typed: string }[]
  readonly findings: readonly Finding[]
}

/**
 * The fields of lines `doc`, blanks around a value left out. A line that ends before the layout does is a finding: what
 * was cut or shifted would be read from the wrong place. What stands behind the layout is not read.
 */
export async function cutLines(
  engine: Engine,
  lines: {
    readonly relation: string
    readonly resource: Resource
    readonly form: (field: Field) => TextForm
  },
): Promise<Layout> {
  const { relation, resource, form } = lines
  const table = resource.name
  const places = resource.schema.fields.map(({ position }) => position)
  const missing = places.filter((place) => place === undefined).length
  if (missing > 0) {
    const finding: Finding = { severity: 'error', rule: 'fixed.layout', table, count: missing }
    return { fields: [], findings: [finding] }
  }
  const width = Math.max(...places.map(([start, length] = [1, 0]) => start + length - 1))
  const short: Probe = {
    rule: 'fixed.length',
    severity: 'error',
    condition: `length(doc) < ${width}`,
    with: { width },
  }
  const fields = resource.schema.fields.map((field, index) => {
    const [start, length] = field.position ?? [1, 0]
    const raw = `NULLIF(trim(substr(doc, ${start}, ${length})), '')`
    return { raw, typed: fromText(`r${index}`, field, form(field)) }
  })
  return { fields, findings: await probeTable(engine, { table, relation, probes: [short] }) }
}
