/** The sources of the house keep the rules of sources.ts. */
import { describe, expect, test } from '@jest/globals'
import { cryptography, faultsIn, type Source, sourceRules, sourcesOf, takenFrom } from './sources.ts'

const sources = sourcesOf('services')

describe('the sources', () => {
  test.each(sourceRules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
    expect(faultsIn(sources, rule)).toEqual([])
    expect(faultsIn([{ file: 'services/a.ts', text: rule.fault }], rule)).toHaveLength(1)
  })

  test('use of the cryptography of Node what is listed, and all of it', () => {
    const taken = new Set(sources.flatMap((source) => takenFrom('node:crypto', source)))
    expect([...taken].sort()).toEqual([...cryptography].sort())
    const fault = { file: 'a.ts', text: `import { hash, type KeyObject, scryptSync } from 'node:crypto'` }
    expect(takenFrom('node:crypto', fault)).toEqual(['hash', 'KeyObject', 'scryptSync'])
  })

  test('start programs in few places', () => {
    const named = (source: Source) => takenFrom('node:child_process', source)
    const starting = sources.filter((source) => named(source).length > 0)
    expect(new Set(starting.flatMap(named))).toEqual(
      new Set(['execFile', 'spawn', 'spawnSync', 'ChildProcessByStdio', 'StdioOptions']),
    )
    expect(starting.map(({ file }) => file).sort()).toEqual([
      'services/cli/doctor/clock.ts',
      'services/cli/doctor/engine.ts',
      'services/engine/box/launch.ts',
      'services/engine/box/probe-worker.ts',
      'services/node/portal.ts',
      'services/store/embedded.ts',
      'services/store/folder-lock.ts',
      'services/store/programs.ts',
    ])
  })
})
