/** Which packages a process of the house loads, found as a bundler finds them: from file to file, by what each imports. */
import { build, type Metafile } from 'esbuild'

/** A package as the lock file names it, and a file that asks for it. */
export interface Reached {
  readonly path: string
  readonly by: string
}

const root = new URL('..', import.meta.url).pathname

/** The graph of all that these files import, themselves or through others. Nothing is written. */
export async function graphOf(entryPoints: readonly string[]): Promise<Metafile['inputs']> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entryPoints],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'nowhere',
    external: ['*.node', 'pg-native', 'pg-cloudflare'],
    loader: { '.wasm': 'binary' },
    logLevel: 'error',
  })
  return metafile.inputs
}

/** The packages met on the way from the entry points, without what only `shut` files lead to. */
export function reached(
  inputs: Metafile['inputs'],
  from: readonly string[],
  shut: readonly string[] = [],
): readonly Reached[] {
  const found = new Map<string, string>()
  const seen = new Set<string>(shut)
  const waiting = from.map((file) => ({ file, by: '' }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { file, by } = next
    if (seen.has(file)) continue
    seen.add(file)
    const path = packageOf(file)
    if (path !== undefined && !found.has(path)) found.set(path, by)
    for (const { path: target } of inputs[file]?.imports ?? []) waiting.push({ file: target, by: file })
  }
  return [...found].map(([path, by]) => ({ path, by }))
}

/** `node_modules/a/node_modules/@b/c` of a file below it. */
function packageOf(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}
