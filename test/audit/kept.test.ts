import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openKept } from '../../services/audit/kept.ts'

test('so many texts are known to be there, and those before are looked for on disk', async () => {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-kept-'))
  try {
    const kept = openKept(home, 1)
    const path = join(home, 'kept', 'permits', await kept.keep('permits', 'first'))
    await kept.keep('permits', 'second')
    await rm(path)
    await kept.keep('permits', 'first')
    expect(await readFile(path, 'utf8')).toBe('first')
  } finally {
    await rm(home, { recursive: true })
  }
})
