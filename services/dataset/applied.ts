/** Which list of opt-outs the extracts of a project rest on. Pure. */
import type { Applied } from './exclusion.ts'
import type { SealedExtract } from './extract.ts'
import type { Generation } from './generation.ts'

/** Undefined when the project has no extract of the domain and nobody of the domain has left it. */
export function appliedIn(
  sealed: readonly SealedExtract[],
  generation: Generation,
  domain: string,
): Applied | undefined {
  const moved = generation.domains[domain]
  const own = sealed.filter(({ extract }) => extract.domain === domain)
  const all = own.map(({ extract }) => extract.optOuts ?? { since: 0, version: 0 })
  const versions = moved === undefined ? all : [...all, moved]
  if (versions.length === 0) return undefined
  return {
    since: Math.min(...versions.map((one) => one.since)),
    version: Math.max(...versions.map((one) => one.version)),
  }
}
