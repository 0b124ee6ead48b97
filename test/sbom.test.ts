import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { sbom } from '../infra/sbom.ts'
import { locked, manifest, production } from './lock.ts'

interface Bill {
  readonly components: readonly { readonly purl: string; readonly hashes: readonly { content: string }[] }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

describe('the bill of materials', () => {
  const text = readFileSync(new URL('../docs/sbom.json', import.meta.url), 'utf8')
  const bill: Bill = JSON.parse(text)

  test('is what npm run generate would write now', () => {
    expect(text).toBe(sbom())
  })

  test('has exactly the packages that a production installation may have, each with its bytes', () => {
    const listed = bill.components.map(({ hashes }) => hashes[0]?.content)
    const installed = production(locked).map(([, { integrity = '' }]) =>
      Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
    )
    expect([...listed].sort()).toEqual([...new Set(installed)].sort())
  })

  test('leads from this package to every other, and names none that it does not list', () => {
    const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
    const seen = new Set<string>()
    const waiting = ['pkg:npm/huisclos@0.1.0']
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!seen.has(next)) waiting.push(...(edges.get(next) ?? []))
      seen.add(next)
    }
    expect([...seen].slice(1).sort()).toEqual(bill.components.map(({ purl }) => purl).sort())
    expect(edges.get('pkg:npm/huisclos@0.1.0')).toHaveLength(Object.keys(manifest.dependencies).length)
  })
})

test('a package that another one hides is found from within, and from without the other version', () => {
  const entry = { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA' }
  const bill: Bill = JSON.parse(
    sbom({
      '': { ...entry, name: 'huisclos', dependencies: { a: '1.0.0', b: '2.0.0' } },
      'node_modules/a': { ...entry, dependencies: { b: '1.0.0' }, peerDependencies: { tool: '*' } },
      'node_modules/a/node_modules/b': { ...entry },
      'node_modules/b': { ...entry, version: '2.0.0' },
      'node_modules/tool': { ...entry, dev: true },
    }),
  )
  expect(bill.dependencies).toEqual([
    { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/b@1.0.0'] },
    { ref: 'pkg:npm/b@1.0.0', dependsOn: [] },
    { ref: 'pkg:npm/b@2.0.0', dependsOn: [] },
    { ref: 'pkg:npm/huisclos@1.0.0', dependsOn: ['pkg:npm/a@1.0.0', 'pkg:npm/b@2.0.0'] },
  ])
})
