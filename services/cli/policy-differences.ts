/** What differs between two texts of one policy file, in lines for a terminal. Pure. */

const longest = 70

/** One line per change: of JSON by member, entries by their code; of any other text by line. */
export function differences(path: string, before: string | null, after: string | null): readonly string[] {
  if (before === null) return ['  + nouveau fichier / new file']
  if (after === null) return ['  - fichier retiré / file removed']
  return path.endsWith('.json') ? ofJson(before, after) : ofLines(before, after)
}

function ofLines(before: string, after: string): readonly string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const gone = old.filter((line) => !fresh.includes(line)).map((line) => `  - ${short(line)}`)
  const come = fresh.filter((line) => !old.includes(line)).map((line) => `  + ${short(line)}`)
  return [...gone, ...come]
}

function ofJson(before: string, after: string): readonly string[] {
  const [old, fresh] = [flat('', JSON.parse(before)), flat('', JSON.parse(after))]
  const names = [...new Set([...old.keys(), ...fresh.keys()])]
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), fresh.get(name)]
    if (was === is) return []
    if (was === undefined) return [`  + ${name}: ${short(is ?? '')}`]
    if (is === undefined) return [`  - ${name}: ${short(was)}`]
    return [`  ~ ${name}: ${short(was)} → ${short(is)}`]
  })
}

/** Every value that holds no other, by its place; an entry by its code rather than its position. */
function flat(place: string, value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[place, JSON.stringify(value)]])
  const members = Array.isArray(value)
    ? value.map((item: unknown, i) => [nameOf(item) ?? String(i + 1), item] as const)
    : Object.entries(value)
  return new Map(
    members.flatMap(([name, inner]) => [...flat(place === '' ? name : `${place} ${name}`, inner)]),
  )
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('code' in item)) return undefined
  return typeof item.code === 'string' ? item.code : undefined
}

function short(text: string): string {
  // Names and texts come from a file: nothing in them may steer the terminal.
  const plain = text.trim().replaceAll(/\p{Cc}/gu, '·')
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}…`
}
