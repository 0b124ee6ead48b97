/** Random conditions on the rows of some relations. */
import type { Predicate } from './generator.ts'
import { type Alias, column, numbers, texts } from './generator-tables.ts'
import type { Dice } from './seed.ts'
import { and, known, or } from './three-valued.ts'

export function makePredicate(dice: Dice, aliases: readonly Alias[], depth: number): Predicate {
  if (depth > 1 && dice.chance(0.4)) {
    const [a, b] = [makePredicate(dice, aliases, depth - 1), makePredicate(dice, aliases, depth - 1)]
    return dice.chance(0.5)
      ? { sql: `(${a.sql} AND ${b.sql})`, of: (env) => and(a.of(env), b.of(env)) }
      : { sql: `(${a.sql} OR ${b.sql})`, of: (env) => or(a.of(env), b.of(env)) }
  }
  const alias = dice.pick(aliases)
  return dice.chance(0.5) && numbers[alias].length > 0 ? numberTest(dice, alias) : textTest(dice, alias)
}

function numberTest(dice: Dice, alias: Alias): Predicate {
  const [name, choices] = dice.pick(numbers[alias])
  const { sql, of } = column(alias, name)
  const bound = dice.pick(choices)
  const operator = dice.pick(['<', '>', '=', '<>', '>='] as const)
  const tests = {
    '<': (a: number) => a < bound,
    '>': (a: number) => a > bound,
    '=': (a: number) => a === bound,
    '<>': (a: number) => a !== bound,
    '>=': (a: number) => a >= bound,
  }
  return {
    sql: `${sql} ${operator} ${bound}`,
    of: (env) => {
      const value = of(env)
      return typeof value === 'number' ? tests[operator](value) : null
    },
  }
}

function textTest(dice: Dice, alias: Alias): Predicate {
  const [name, choices] = dice.pick(texts[alias])
  const { sql, of } = column(alias, name)
  const choice = dice.pick(choices)
  if (dice.chance(0.15)) return { sql: `${sql} IS NULL`, of: (env) => of(env) === null }
  if (dice.chance(0.3)) {
    const others = [choice, dice.pick(choices)]
    return {
      sql: `${sql} IN (${others.map((one) => `'${one}'`).join(', ')})`,
      of: (env) => known(of(env), (value) => others.includes(String(value))),
    }
  }
  return { sql: `${sql} <> '${choice}'`, of: (env) => known(of(env), (value) => value !== choice) }
}
