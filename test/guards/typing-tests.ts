const attacks = 'test/adversary/sql.test.ts'
const query = (...names: readonly string[]) => names.map((name) => `test/query/${name}.test.ts`)
const refused = [
  ...query('one-rule', 'prepare-refusals', 'prepare-oracles', 'prepare-forms', 'prepare-limits'),
  attacks,
]
/** Test files that ask statements, those that are quick first. */
export const seenByTyping = [
  ...refused,
  ...query('prepare', 'released-inputs', 'prepare-proof', 'clauses', 'run'),
]
