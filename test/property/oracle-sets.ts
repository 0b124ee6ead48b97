/** Several grouping sets: what one shown cell and the shown cells inside it give away together. */
import type { Value } from '../../services/engine/engine.ts'
import { k } from './cohort.ts'
import type { Env, Generated, GeneratedMeasure } from './generator.ts'
import { faultsOfCell, faultsOfRest, type Group, personsIn, type Scene } from './oracle-cells.ts'

type Sets = NonNullable<Generated['sets']>

interface Shown {
  readonly group: Group
  readonly value: Value
}

const anyRow: GeneratedMeasure = { sql: '', kind: 'rows', takes: () => true, value: () => null }

export function faultsOfSets(
  { measures }: Generated,
  sets: Sets,
  { groups, lines }: Pick<Scene, 'groups' | 'lines'>,
): readonly string[] {
  const known = lines.flatMap((line) => {
    const group = groups.get(line.name)
    return group ? [{ line, group }] : []
  })
  const all = [...new Set([...groups.values()].flatMap(({ envs }) => envs))]
  const few = known.filter(({ group }) => personsIn(group.envs) < k)
  const labels = known.map(({ group }) => ({ group, value: null }))
  return [
    ...few.map(() => 'label: rests on too few persons'),
    ...rests(anyRow, { shown: labels, sets, all }),
    ...measures.flatMap((measure, i) => {
      const shown = known
        .filter(({ line }) => !line.isMarked(i))
        .map(({ line, group }) => ({ group, value: line.cells[i] ?? null }))
      const cells = shown.flatMap(({ group, value }) => faultsOfCell(measure, group.envs, value))
      return [...cells, ...rests(measure, { shown, sets, all })]
    }),
  ]
}

interface Table {
  readonly shown: readonly Shown[]
  readonly sets: Sets
  /** All rows: their total is taken as known. */
  readonly all: readonly Env[]
}

/**
 * What is left of every shown cell, and of the whole, once the shown cells inside it are taken away: all of them where the sets form a
 * chain, because then nothing else can be computed; those of one set at a time, and only the number of persons, where they cross.
 */
function rests(measure: GeneratedMeasure, { shown, sets, all }: Table): readonly string[] {
  if (shown.length === 0) return []
  const isChain = sets.every((a) => sets.every((b) => isWithin(a, b) || isWithin(b, a)))
  const layers = isChain ? [sets.map((_, index) => index)] : sets.map((_, index) => [index])
  return layers.flatMap((layer) => {
    const finer = shown.filter(({ group }) => layer.includes(group.set))
    const whole = finer.length > 0 ? [{ envs: all, inside: finer }] : []
    const cells = shown.map(({ group }) => ({
      envs: group.envs,
      inside: finer.filter((other) => isInside(other.group, group, sets)),
    }))
    return [...whole, ...cells.filter(({ inside }) => inside.length > 0)].flatMap(({ envs, inside }) => {
      const taken = new Set(inside.flatMap(({ group }) => group.envs))
      const faults = faultsOfRest(
        measure,
        envs.filter((env) => !taken.has(env)),
      )
      return faults.filter((fault) => isChain || fault.endsWith('persons'))
    })
  })
}

function isWithin(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((key) => whole.includes(key))
}

function isInside(fine: Group, coarse: Group, sets: Sets): boolean {
  const [small = [], large = []] = [sets[coarse.set], sets[fine.set]]
  const isFiner = large.length > small.length && isWithin(small, large)
  return isFiner && small.every((key) => fine.keys[key] === coarse.keys[key])
}
