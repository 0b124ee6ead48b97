/** A question that outlasts whatever a test does meanwhile, and is stopped by it. */
const deep = (argument: string) => `${'sin(cos('.repeat(12)}${argument}${'))'.repeat(12)}`
const columns = Array.from(
  { length: 12 },
  (_, index) => `max(${deep(`a.range * b.range + ${index}`)}) AS m${index}`,
)

/** Ten million rows of work that no plan can leave out, twelve times over: half a minute of a processor and more. */
export const longQuery = `SELECT ${columns.join(', ')} FROM range(10000) a, range(1000) b`
