/** What package-lock.json says, and which of its entries a production installation has. */
import { readFileSync } from 'node:fs'

/** An entry of a lock file of version 3, as far as it is read here. */
export interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly license?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** By path, such as `node_modules/koa/node_modules/fresh`; the empty path is this package. */
export type Lock = Readonly<Record<string, Locked>>

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))

export const manifest: {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
} = read('package.json')

export const locked: Lock = read('package-lock.json').packages

/** The name under which a path is imported: its last part. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13)

/** Entries of others, without this package itself. */
export const others = (lock: Lock): readonly (readonly [string, Locked])[] =>
  Object.entries(lock).filter(([path]) => path !== '')

/** What `npm ci --omit=dev` may install, on whatever platform. */
export const production = (lock: Lock): readonly (readonly [string, Locked])[] =>
  others(lock).filter(([, { dev }]) => dev !== true)
