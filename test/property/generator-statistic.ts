/** Random statistics that are neither counts nor sums, as SQL and as what they take of a row. */
import type { Env, Expression, GeneratedMeasure, Predicate } from './generator.ts'
import type { Dice } from './seed.ts'

interface Ingredients {
  readonly number: () => Expression
  readonly column: () => Expression
  readonly test: () => Predicate
}

const spreads = ['var_samp', 'variance', 'var_pop', 'stddev', 'stddev_samp', 'stddev_pop', 'sem'] as const
const relations = [
  ...(['covar_samp', 'covar_pop', 'corr'] as const),
  ...(['regr_slope', 'regr_intercept', 'regr_r2'] as const),
]
export type Statistic = (typeof spreads)[number] | (typeof relations)[number]

export function makeStatistic(dice: Dice, { number, column, test }: Ingredients): GeneratedMeasure {
  const kind = dice.pick([
    'min',
    'max',
    'quantile',
    'quantile',
    'mode',
    'any',
    'all',
    'spread',
    'relation',
  ] as const)
  const taken = ({ of }: Expression) => ({ takes: (env: Env) => of(env) !== null, value: of })
  switch (kind) {
    case 'min':
    case 'max': {
      const x = number()
      return { sql: `${kind}(${x.sql})`, kind, ...taken(x) }
    }
    case 'quantile':
      return makeQuantile(dice, number())
    case 'mode': {
      const x = column()
      return { sql: `mode(${x.sql})`, kind, ...taken(x) }
    }
    case 'any':
    case 'all': {
      const { sql, of } = test()
      const held = (env: Env) => (of(env) === null ? null : Number(of(env)))
      return { sql: `bool_${kind === 'any' ? 'or' : 'and'}(${sql})`, kind, ...taken({ sql, of: held }) }
    }
    case 'spread': {
      const [x, statistic] = [number(), dice.pick(spreads)]
      return { sql: `${statistic}(${x.sql})`, kind, statistic, ...taken(x) }
    }
    case 'relation': {
      const [y, x, statistic] = [number(), number(), dice.pick(relations)]
      const takes = (env: Env) => x.of(env) !== null && y.of(env) !== null
      return { sql: `${statistic}(${y.sql}, ${x.sql})`, kind, statistic, takes, value: x.of, other: y.of }
    }
  }
}

function makeQuantile(dice: Dice, { sql, of }: Expression): GeneratedMeasure {
  const q = dice.pick([0.5, 0.5, 0.25, 0.1, 0.9, 0.75])
  const share = { q, kind: 'quantile' as const, takes: (env: Env) => of(env) !== null, value: of }
  const forms = [
    `quantile_cont(${sql}, ${q})`,
    `quantile_disc(${sql}, ${q})`,
    `percentile_cont(${q}) WITHIN GROUP (ORDER BY ${sql})`,
    ...(q === 0.5 ? [`median(${sql})`, `median(${sql})`] : []),
  ]
  return { ...share, sql: dice.pick(forms) }
}
