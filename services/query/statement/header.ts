/**
 * The head of the two statements on derived tables (disclosure.md 11). Read here, never by an engine: of CREATE the body alone goes
 * on, under blanks for its head, so that its places are those of the whole text. Pure.
 */
import { type Place, Refusal } from '../../kernel/refusal.ts'

interface Named {
  readonly name: string
  readonly place: Place
}

export interface Creation extends Named {
  readonly kind: 'create'
  /** OR REPLACE. */
  readonly replaces: boolean
  /** The text with its head blanked. */
  readonly body: string
}

export interface Removal extends Named {
  readonly kind: 'drop'
  /** IF EXISTS. */
  readonly isLenient: boolean
}

const blank = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)/y
const word = /[A-Za-z_][A-Za-z0-9_]*/y
/** Whatever stands where a name is wanted: quoted, qualified or plain. */
const anyName =
  /(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)(?:\.(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*))*/uy
const plainName = /^[A-Za-z][A-Za-z0-9_]{0,62}$/

/**
 * `CREATE [OR REPLACE] TABLE name AS …` or `DROP TABLE [IF EXISTS] name`; null for every other text, which is for the parser to
 * judge. Refusal WORKSPACE_NAME for a name that is quoted, qualified, too long, or begins with an underscore.
 */
export function readHeader(sql: string): Creation | Removal | null {
  const words = reader(sql)
  if (words.next('CREATE')) return creation(sql, words)
  return words.next('DROP') ? removal(words) : null
}

function creation(sql: string, words: Words): Creation | null {
  const replaces = words.next('OR')
  if (replaces && !words.next('REPLACE')) return null
  if (!words.next('TABLE')) return null
  const named = words.name()
  if (named === null || !words.next('AS')) return null
  const at = words.at()
  return { kind: 'create', ...insistOn(named), replaces, body: ' '.repeat(at) + sql.slice(at) }
}

function removal(words: Words): Removal | null {
  if (!words.next('TABLE')) return null
  const isLenient = words.next('IF')
  if (isLenient && !words.next('EXISTS')) return null
  const named = words.name()
  if (named === null || !words.isAtEnd()) return null
  return { kind: 'drop', ...insistOn(named), isLenient }
}

function insistOn(named: Named): Named {
  if (plainName.test(named.name)) return named
  throw new Refusal('WORKSPACE_NAME', { location: named.place })
}

interface Words {
  /** Goes past this keyword, if it comes next. */
  next(keyword: string): boolean
  /** Goes past what stands for a name. */
  name(): Named | null
  at(): number
  /** True when nothing but semicolons follows. */
  isAtEnd(): boolean
}

function reader(sql: string): Words {
  let at = 0
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(sql)?.[0] ?? null
  }
  const skip = () => {
    for (let found = take(blank); found !== null; found = take(blank)) at += found.length
  }
  return {
    at: () => at,
    next(keyword) {
      skip()
      if (take(word)?.toUpperCase() !== keyword) return false
      at += keyword.length
      return true
    },
    name() {
      skip()
      const name = take(anyName)
      if (name === null) return null
      const place = { offset: at, length: name.length }
      at += name.length
      return { name, place }
    },
    isAtEnd() {
      skip()
      while (sql[at] === ';') {
        at += 1
        skip()
      }
      return at === sql.length
    },
  }
}
