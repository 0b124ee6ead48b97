/** Reads the serialised plan of the engine without trusting its shape: what is not as expected is not proven. */
import { Refusal } from '../../kernel/refusal.ts'

export type Node = Readonly<Record<string, unknown>>

/** The verifier says which of its rules did not hold, to the log and to nobody else; outside there is one code. */
export function notProven(rule: string): never {
  throw new Refusal('NOT_PROVEN', { rule: `verify.${rule}` })
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function nodeOf(value: unknown): Node {
  return isNode(value) ? value : notProven('shape')
}

export function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(nodeOf) : notProven('shape')
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : notProven('shape')
}

export function integerOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : notProven('shape')
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : notProven('shape')
}

/** A field that this verifier knows in its empty form only. */
export function mustBeEmpty(value: unknown, rule: string): void {
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  if (!isEmpty) notProven(rule)
}

export function only(nodes: readonly Node[]): Node {
  const [node] = nodes
  return node && nodes.length === 1 ? node : notProven('shape')
}
