/** The semantic check of governance.md 4: texts that say nothing of their own. It is advice and stops nothing. Pure. */
import type { Missing } from '../kernel/refusal.ts'
import { aboutOf } from './form/field.ts'
import { lacks } from './guard.ts'
import { type Body, body as schema } from './request.ts'

const texts = Object.entries(schema.shape).map(([name, field]) => ({ name, about: aboutOf(field) }))

/** Texts that are their own label, a copy of another field, or in no language that this house reads. */
export function likeness(body: Body): readonly Missing[] {
  const members: Readonly<Record<string, unknown>> = body
  const written = texts.flatMap(({ name, about }) => {
    const text = members[name]
    return typeof text === 'string' ? [{ name, about, text, plain: plainOf(text) }] : []
  })
  return written.flatMap(({ name, about, text, plain }, i) => {
    if (plain === '') return []
    if (about.label.some((label) => plainOf(label) === plain)) return [lacks(name, 'label')]
    if (text.length >= worthComparing && written.findIndex((one) => one.plain === plain) < i)
      return [lacks(name, 'copy')]
    return text.length >= worthReading && !isProse(plain) ? [lacks(name, 'language')] : []
  })
}

/** References and names are often alike, and of no language; sentences are longer. */
const worthComparing = 20
const worthReading = 120

function plainOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const small = new Set(
  'le la les de des du un une et en dans pour par sur qui que nous est sont the of and to in for we is are with that a an'.split(
    ' ',
  ),
)

/** One word in twelve, at least, is one of the small words of French or English. */
function isProse(plain: string): boolean {
  const words = plain.split(' ')
  return words.filter((word) => small.has(word)).length * 12 >= words.length
}
