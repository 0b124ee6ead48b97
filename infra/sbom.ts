/**
 * The bill of materials of what `npm ci --omit=dev` installs, as CycloneDX 1.6 (ECMA-424) in JSON. Made from the lock file alone: no
 * clock, no serial number and no network, so that the same lock gives the same bytes and a review sees what a change brings in.
 */
import { readFileSync } from 'node:fs'

interface Entry {
  /** Where the folder has another name: an alias of package.json. */
  readonly name?: string
  readonly version: string
  readonly license?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** `packages` of package-lock.json; the empty path is this package. */
export type Packages = Readonly<Record<string, Entry>>

const folder = 'node_modules/'
const registry = 'pkg:npm/'

/** The document as text, a component and its dependencies a line each. */
export function sbom(packages: Packages = readPackages()): string {
  const own = packages['']
  if (own === undefined) throw new Error('the lock file says nothing of this package')
  const paths = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true)
  const components = unique(paths.map((path) => component(path, packages)))
  const dependencies = unique(['', ...paths].map((path) => dependency(path, packages)))
  const head = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'pre-build' }],
      component: {
        type: 'application',
        'bom-ref': refOf('', packages),
        name: nameOf('', packages),
        version: own.version,
        licenses: [{ license: { id: own.license } }],
      },
    },
  }
  const fields = JSON.stringify(head, null, 2).slice(0, -2)
  const list = (name: string, lines: readonly string[]) => `  "${name}": [\n    ${lines.join(',\n    ')}\n  ]`
  return `${fields},\n${list('components', components)},\n${list('dependencies', dependencies)}\n}\n`
}

/** One package at one version is one component, however often it is installed. */
const unique = (lines: readonly object[]) => [...new Set(lines.map((line) => JSON.stringify(line)))].sort()

function component(path: string, packages: Packages): object {
  const { version, license, integrity = '', optional } = at(path, packages)
  const ref = refOf(path, packages)
  return {
    type: 'library',
    'bom-ref': ref,
    name: nameOf(path, packages),
    version,
    scope: optional ? 'optional' : 'required',
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }],
    licenses: [{ license: { id: license } }],
    purl: ref,
  }
}

function dependency(path: string, packages: Packages): object {
  const { dependencies, optionalDependencies, peerDependencies } = at(path, packages)
  const wanted = Object.keys({ ...peerDependencies, ...dependencies, ...optionalDependencies })
  const found = wanted.flatMap((name) => resolved(path, name, packages) ?? [])
  const refs = new Set(found.filter((one) => packages[one]?.dev !== true).map((one) => refOf(one, packages)))
  return { ref: refOf(path, packages), dependsOn: [...refs].sort() }
}

/** Where Node finds a package from another: beside it, or in a folder above. */
function resolved(from: string, name: string, packages: Packages): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf(`/${folder}`), 0))) {
    const path = `${base === '' ? '' : `${base}/`}${folder}${name}`
    if (path in packages) return path
    if (base === '') return undefined
  }
}

function at(path: string, packages: Packages): Entry {
  const entry = packages[path]
  if (entry === undefined) throw new Error(`the lock file has no ${path}`)
  return entry
}

const nameOf = (path: string, packages: Packages) =>
  at(path, packages).name ?? path.slice(path.lastIndexOf(folder) + folder.length)

/** A package URL (ECMA-427), which is also the name of a component in the document. */
const refOf = (path: string, packages: Packages) =>
  `${registry}${nameOf(path, packages).replace('@', '%40')}@${at(path, packages).version}`

function readPackages(): Packages {
  return JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')).packages
}
