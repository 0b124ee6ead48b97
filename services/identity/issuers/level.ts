import type { Level, LoginIssuer } from './configuration.ts'

/** What an issuer said of how somebody proved who she is. */
export interface Said {
  readonly acr?: string | undefined
  readonly amr: readonly string[]
}

/** The highest level that the configuration gives to what was said; 0 where it gives none. Pure. */
export function levelOf({ acr, amr }: Pick<LoginIssuer['login'], 'acr' | 'amr'>, said: Said): Level {
  const found = said.amr.map((method) => worth(amr, method))
  if (said.acr !== undefined) found.push(worth(acr, said.acr))
  return found.reduce((best, one) => (one > best ? one : best), 0)
}

/** The classes to ask for, where at least this level is wanted; the answer is looked at all the same. */
export function classesFrom({ acr }: Pick<LoginIssuer['login'], 'acr'>, least: Level): readonly string[] {
  return Object.keys(acr).filter((one) => worth(acr, one) >= least)
}

/** Own members only: an issuer that says `constructor` says nothing. */
function worth(levels: Readonly<Record<string, Level>>, word: string): Level {
  return (Object.hasOwn(levels, word) ? levels[word] : undefined) ?? 0
}
