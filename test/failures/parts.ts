/** The table of failures: the parts of the node itself. */
import type { Dependency, Observed } from './cell.ts'

const failed: Observed = { status: 403, code: 'QUERY_FAILED', exit: null, isBack: true }
const closed: Observed = { status: 503, code: 'UNAVAILABLE', exit: null, isBack: true }
const one = (expected: Observed): Dependency => {
  const cell = {
    what: { fr: '', en: '' },
    expected,
    alarm: '',
    follows: { fr: '', en: '' },
    back: { fr: '', en: '' },
    test: '',
  }
  return { name: { fr: '', en: '' }, cells: { down: cell, slow: cell, garbage: cell } }
}
export const parts = {
  parser: one(failed),
  vault: one(failed),
  releaser: one(failed),
  builder: one(failed),
  index: one(closed),
  rules: one({ status: 403, code: 'PERMIT_INVALID', exit: null, isBack: true }),
} satisfies Readonly<Record<string, Dependency>>
