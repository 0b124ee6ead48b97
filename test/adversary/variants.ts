/** The same statement written otherwise: whatever the dress, the decision and what is released must be the same. */
import type { Dice } from '../property/seed.ts'

type Dress = (sql: string, dice: Dice) => string

interface Token {
  readonly kind: 'word' | 'space' | 'kept' | 'other'
  readonly text: string
}

/** Text in quotes, comments and parameters are kept as they are. */
const parts =
  /(?<kept>[eE]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\w*\$[\s\S]*?\$\w*\$|\$\w+|--[^\n]*\n?|\/\*[\s\S]*?\*\/)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<space>\s+)|(?<other>\d+(?:\.\d+)?(?:e\d+)?|[^\s])/giu

function tokensOf(sql: string): readonly Token[] {
  return [...sql.matchAll(parts)].map(({ 0: text, groups = {} }) => {
    const kind = (['kept', 'word', 'space'] as const).find((one) => groups[one] !== undefined) ?? 'other'
    return { kind, text }
  })
}

const textOf = (tokens: readonly { readonly text: string }[]) => tokens.map(({ text }) => text).join('')

const words =
  (to: (word: string, dice: Dice, next: string) => string): Dress =>
  (sql, dice) => {
    const tokens = tokensOf(sql)
    return textOf(
      tokens.map((token, i) =>
        token.kind === 'word' ? { text: to(token.text, dice, tokens[i + 1]?.text ?? '') } : token,
      ),
    )
  }

const isSelect = (sql: string) => /^\s*(SELECT|WITH|FROM)\b/i.test(sql) && !/;/.test(sql)
const isOneLine = (sql: string) => !/--/.test(sql)
const ifSelect =
  (to: Dress): Dress =>
  (sql, dice) =>
    isSelect(sql) && isOneLine(sql) ? to(sql, dice) : sql

const tables = new Set(['persons', 'stays', 'events', 'regions'])
const columns = ['sex', 'region', 'born', 'score', 'ward', 'cost', 'day', 'hours', 'code', 'value', 'label']
const names = new Set([...tables, ...columns, 'pid', 'sid', 'zone'])
/** Words after which a clause ends. */
const clauses = /^(GROUP|ORDER|HAVING|LIMIT|QUALIFY|UNION|INTERSECT|EXCEPT|WINDOW|USING|OFFSET)$/i

/** Letters of words are large or small; a function that a text names is the same in any case. */
const cased = words((word, dice) =>
  [...word].map((one) => (dice.chance(0.5) ? one.toUpperCase() : one.toLowerCase())).join(''),
)

const spaced: Dress = (sql, dice) =>
  textOf(
    tokensOf(sql).map((token) =>
      token.kind === 'space' ? { text: dice.pick(['\n', '\t ', '  ', ' /* x */ ', ' -- y\n']) } : token,
    ),
  )

/** Names of tables and columns between quotes. */
const quoted = words((word, _, next) => (names.has(word) && next !== '(' ? `"${word}"` : word))

/** Relations with the name of their dataset. */
const qualified: Dress = (sql) =>
  /\bWITH\b/i.test(sql)
    ? sql
    : sql.replace(/\b(FROM|JOIN) (persons|stays|events|regions)\b(?!\.)/g, '$1 care.$2')

/** `born = 1905` the other way round. */
const flipped: Dress = (sql) =>
  sql.replace(/(?<![\p{L}\w.'])([a-z][\w.]*) = (\d+|'[^']*')(?!\w|\.)/gu, '$2 = $1')

const literals: Dress = (sql) =>
  textOf(
    tokensOf(sql).map((token, i, all) =>
      /^\d+$/.test(token.text) && /^[<>=]$/.test(all[i - 2]?.text ?? '')
        ? { text: `(${token.text})` }
        : token,
    ),
  )

/** Words outside of all brackets, with their places. */
function outermost(tokens: readonly Token[]): readonly (readonly [place: number, word: string])[] {
  let depth = 0
  return tokens.flatMap(({ text, kind }, place) => {
    depth += { '(': 1, ')': -1 }[text] ?? 0
    return depth === 0 && kind === 'word' ? [[place, text] as const] : []
  })
}

/** `WHERE true AND (…)`, in the outermost WHERE. */
const conjoined: Dress = (sql) => {
  const tokens = tokensOf(sql)
  const found = outermost(tokens)
  const start = found.find(([, word]) => /^WHERE$/i.test(word))?.[0]
  if (start === undefined) return sql
  const end = found.find(([place, word]) => place > start && clauses.test(word))?.[0] ?? tokens.length
  const before = textOf(tokens.slice(0, start + 1))
  return `${before} true AND (${textOf(tokens.slice(start + 1, end))}) ${textOf(tokens.slice(end))}`
}

/** Names that the text gives, each by another one. */
const renamed: Dress = (sql) => {
  const given = [...sql.matchAll(/\bAS ([a-z]\w?)\b/g)].map(([, name = '']) => name)
  const own = new Set(given.filter((name) => !names.has(name)))
  return textOf(
    tokensOf(sql).map((token) =>
      token.kind === 'word' && own.has(token.text) ? { text: `${token.text}_x` } : token,
    ),
  )
}

/** Each way of writing a statement otherwise. */
const dresses: Readonly<Record<string, Dress>> = {
  cased,
  spaced,
  quoted: ifSelect(quoted),
  qualified,
  flipped: ifSelect(flipped),
  literals: ifSelect(literals),
  conjoined: ifSelect(conjoined),
  renamed: ifSelect(renamed),
  'in brackets': ifSelect((sql) => `(${sql})`),
  'in a CTE': ifSelect((sql) => `WITH w_x AS (${sql}) SELECT * FROM w_x`),
  'in a subquery': ifSelect((sql) => `SELECT * FROM (${sql}) w_x`),
  'beside a CTE': ifSelect((sql) => (/^SELECT/.test(sql) ? `WITH w_x AS (SELECT 1) ${sql}` : sql)),
  ended: (sql) => (isOneLine(sql) && !/;/.test(sql) ? `${sql} ;\n` : sql),
}

export interface Variant {
  readonly name: string
  readonly sql: string
}

/** Every dress alone, and as many of two or three together; those that change nothing are left out. */
export function variantsOf(sql: string, dice: Dice, many: number): readonly Variant[] {
  const all = Object.keys(dresses)
  const several = Array.from({ length: many }, () =>
    Array.from({ length: 2 + dice.below(2) }, () => dice.pick(all)),
  )
  const variants = [...all.map((name) => [name]), ...several].map((dressed) => ({
    name: dressed.join(', '),
    sql: dressed.reduce((text, name) => dresses[name]?.(text, dice) ?? text, sql),
  }))
  return variants.filter((variant) => variant.sql !== sql)
}
